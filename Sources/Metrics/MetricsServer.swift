internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import Report

/// Serves `LiveFigures` over HTTP, on a thread of its own: a scrape never stops the audit's loop.
///
public final class MetricsServer: Sendable {
  /// Nobody scrapes through more connections than this at a time; further ones are closed.
  static var connectionLimit: Int { 64 }
  /// A connection that has not asked within so long is closed, seconds, and one that has not taken its answer in as much again: nobody
  /// keeps others out by being slow.
  static var patience: Int64 { 5 }

  /// Never shut down: that would start threads of Dispatch, which want another priority, and a service may not have it.
  private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  private let channel: any Channel
  private let latest: LatestFigures
  /// Where it listens; the port is the true one where 0 was asked for.
  public let address: ListenAddress

  /// - Parameter prepare: what its thread does first: to throw away the rights of the one that starts it.
  /// - Throws: `MetricsError`, where the address can't be had; what `prepare` throws.
  public init(_ wanted: ListenAddress, _ figures: LiveFigures, prepare: @escaping @Sendable () throws -> Void = {})
    throws
  {
    let latest = LatestFigures(figures)
    try MetricsServer.group.next().submit(prepare).wait()
    do {
      channel = try ServerBootstrap(group: MetricsServer.group)
        .serverChannelOption(.backlog, value: 64)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
            try channel.pipeline.syncOperations.addHandler(ScrapeHandler(latest))
          }
        }
        .bind(host: wanted.host, port: Int(wanted.port)).wait()
    } catch {
      throw MetricsError(wanted, error)
    }
    self.latest = latest
    address = ListenAddress(host: wanted.host, port: UInt16(channel.localAddress?.port ?? Int(wanted.port)))
  }

  /// From now on these are served.
  public func publish(_ figures: LiveFigures) { latest.replace(with: figures) }

  /// Listens no more. Who is connected still gets answers until the process ends.
  public func stop() { try? channel.close().wait() }
}
