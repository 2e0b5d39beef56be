// swift-tools-version: 6.2
import PackageDescription

// Tests read like the traffic they are about; the memory-safety markers are for what ships.
let tests: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]
let house: [SwiftSetting] = tests + [.strictMemorySafety()]

let package = Package(
  name: "tcpaudit",
  products: [
    .executable(name: "tcpaudit", targets: ["tcpaudit"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  // In the order of the packet's way: capture → wire → flow → audit → report.
  targets: [
    // The doors to C, each of its own.
    .target(name: "CLibpcap"),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLZ4", providers: [.apt(["liblz4-dev"])]),
    .target(name: "CPrefetch"),
    .target(name: "CNamespaces"),
    .target(name: "CPrivileges"),
    .target(name: "CSHA1"),
    .target(name: "CStartup"),

    .target(name: "Wire", swiftSettings: house),
    .target(
      name: "Capture", dependencies: ["Wire", "CLibpcap", "CZlib", "CZstd", "CLZ4"],
      swiftSettings: house),
    .target(
      name: "Flow",
      dependencies: ["Wire", "CPrefetch", .product(name: "DequeModule", package: "swift-collections")],
      swiftSettings: house),
    .target(
      name: "Audit", dependencies: ["Flow", "Wire"], exclude: ["Pages"], swiftSettings: house),
    // Beside the packets: the kernel's own table of sockets, and what is to be said of it.
    .target(name: "Sockets", dependencies: ["Audit", "Flow", "Wire", "CNamespaces"], swiftSettings: house),
    .target(name: "Report", dependencies: ["Sockets", "Audit", "Flow", "Wire", "CSHA1"], swiftSettings: house),
    // What somebody expects of an audit, and how it differs.
    .target(name: "Expectation", dependencies: ["Report", "Audit", "Flow", "Wire"], swiftSettings: house),
    .target(
      name: "Engine",
      dependencies: [
        "Capture", "Wire", "Flow", "Audit", "Report", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: house),
    // The live view: keys and data in, characters out.
    .target(name: "Screen", dependencies: ["Report", "Audit", "Wire"], swiftSettings: house),
    // What a live audit says of itself in numbers, over HTTP.
    .target(
      name: "Metrics",
      dependencies: [
        "Report", "Audit",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: house),
    .executableTarget(
      name: "tcpaudit",
      dependencies: [
        "Engine", "Screen", "Metrics", "Expectation", "Capture", "Wire", "Flow", "Audit", "Sockets", "Report",
        "CPrivileges", "CStartup",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: house),

    // Builds packets in packetdrill's notation and writes captures.
    .target(
      name: "PacketScript", dependencies: ["Wire"], path: "Tests/PacketScript",
      swiftSettings: tests),
    .testTarget(name: "PacketScriptTests", dependencies: ["PacketScript", "Wire"], swiftSettings: tests),
    .testTarget(name: "WireTests", dependencies: ["Wire", "PacketScript"], swiftSettings: tests),
    .testTarget(
      name: "CaptureTests", dependencies: ["Capture", "Wire", "PacketScript", "CLibpcap", "CZlib", "CZstd", "CLZ4"],
      swiftSettings: tests),
    .testTarget(
      name: "FlowTests", dependencies: ["Flow", "Wire", "PacketScript"], swiftSettings: tests),
    .testTarget(
      name: "AuditTests", dependencies: ["Audit", "Flow", "Wire", "PacketScript"],
      swiftSettings: tests),
    .testTarget(
      name: "SocketsTests", dependencies: ["Sockets", "Report", "Audit", "Flow", "Wire"], swiftSettings: tests),
    .testTarget(
      name: "ReportTests", dependencies: ["Report", "Audit", "Flow", "Wire", "PacketScript"],
      swiftSettings: tests),
    .testTarget(
      name: "ExpectationTests", dependencies: ["Expectation", "Report", "Audit", "Flow", "Wire"],
      swiftSettings: tests),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Engine", "Expectation", "Capture", "Report", "Audit", "Flow", "Wire", "PacketScript"],
      swiftSettings: tests),
    .testTarget(
      name: "ScreenTests", dependencies: ["Screen", "Report", "Audit", "Wire"], swiftSettings: tests),
    .testTarget(
      name: "MetricsTests",
      dependencies: ["Metrics", "Report", "Audit", .product(name: "NIOHTTP1", package: "swift-nio")],
      swiftSettings: tests),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "tcpaudit", "PacketScript", "Engine", "Screen", "Report", "Sockets", "Audit", "Flow", "Wire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: tests),
    // Runs the built program as a process.
    .testTarget(
      name: "ProgramTests",
      dependencies: ["tcpaudit", "generate", "PacketScript", "Capture", "Sockets", "Flow", "Wire"],
      swiftSettings: tests),

    // Programs of the workshop, not of the product.
    // Two kernels and the path between them, simulated.
    .target(name: "Endpoints", dependencies: ["PacketScript", "Wire"], path: "tools/endpoints", swiftSettings: tests),
    .executableTarget(
      name: "generate", dependencies: ["Endpoints", "PacketScript", "Wire"], path: "tools/generate",
      swiftSettings: tests),
    .executableTarget(
      name: "damage", dependencies: ["Capture", "PacketScript", "Wire"], path: "tools/damage", swiftSettings: tests),
    .executableTarget(
      name: "simulate", dependencies: ["Endpoints", "PacketScript", "Wire"], path: "tools/simulate",
      swiftSettings: tests),
    .executableTarget(name: "puppet", path: "tools/puppet", swiftSettings: tests),
    .executableTarget(name: "forwarder", path: "tools/forwarder", swiftSettings: tests),
    .executableTarget(name: "volley", path: "tools/volley", swiftSettings: tests),
    .executableTarget(name: "yardstick", path: "tools/yardstick", swiftSettings: tests),
  ]
)
