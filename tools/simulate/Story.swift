import Endpoints
import PacketScript

/// The two of a conversation by what they do in it: either may be the client.
enum Role { case a, b }

/// Under what a story is played.
struct Circumstances {
  /// The end that plays `a`.
  var acting: End
  /// Of both kernels: `Stacks`.
  var stack: String
  /// ns.
  var roundTrip: Int64
  var random: Random

  func end(_ role: Role) -> End { role == .a ? acting : acting.other }
}

/// What the two do, and what the path between them does.
struct Play {
  /// Once the connection is there: the client's connect() stands before it.
  var a: [Step]
  var b: [Step]
  /// Watched that long, ns.
  var limit = seconds(60)
  var stackOfA: Stack
  var stackOfB: Stack
  var device: Device?
  var isn: UInt32?
  /// The client begins by this in place of connect().
  var opening = Step.connect

  init(_ circumstances: Circumstances, a: [Step], b: [Step], limit: Double = 60) {
    self.a = a
    self.b = b
    self.limit = seconds(limit)
    stackOfA = Stacks.named(circumstances.stack)
    stackOfB = stackOfA
  }

  func through(_ device: @escaping Device) -> Play {
    var play = self
    play.device = device
    return play
  }
}

/// What stands on the path, seven tenths of it from `a`: behind a capture in the middle.
typealias Device = (Passage) -> Verdict

struct Story: Sendable {
  var name: String
  var play: @Sendable (inout Circumstances) -> Play

  init(_ name: String, _ play: @escaping @Sendable (inout Circumstances) -> Play) {
    self.name = name
    self.play = play
  }

  static let all =
    Healthy.stories + HealthyEndings.stories + HealthySilence.stories + Broken.stories + BrokenEndings.stories

  func run(_ circumstances: Circumstances) -> Conversation {
    var circumstances = circumstances
    let play = play(&circumstances)
    let acting = circumstances.acting
    let client = acting == .client ? (play.a, play.stackOfA) : (play.b, play.stackOfB)
    let server = acting == .client ? (play.b, play.stackOfB) : (play.a, play.stackOfA)
    var path = Path(roundTrip: circumstances.roundTrip, at: .between)
    path.middlebox = path.oneWay * (acting == .client ? 7 : 3) / 10
    path.policy = play.device
    var random = circumstances.random
    let clientHost = Host(Conversation.address(of: .client), port: 40_001, ttl: client.1.ttl)
    let serverHost = Host(Conversation.address(of: .server), port: 443, ttl: server.1.ttl)
    let net = Simulation(
      client: Kernel(
        .client, host: clientHost, peer: serverHost, stack: client.1, program: [play.opening] + client.0,
        random: &random, isn: play.isn),
      server: Kernel(
        .server, host: serverHost, peer: clientHost, stack: server.1, program: [.accept] + server.0, random: &random,
        isn: play.isn.map { $0 &+ 12_345 }),
      path: path, random: random)
    net.run(until: play.limit)
    return Conversation(acting: acting, path: path, flights: net.flights, limit: play.limit)
  }
}
