internal import NIOCore
internal import NIOHTTP1

/// Answers one connection's requests: `/metrics` with the figures, `/` with where they are, everything else with an error.
final class ScrapeHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let latest: LatestFigures
  private var request: HTTPRequestHead?
  /// Closes the connection.
  private var deadline: Scheduled<Void>?

  init(_ latest: LatestFigures) { self.latest = latest }

  func channelActive(context: ChannelHandlerContext) {
    // Too many: it is closed, and taken off again in `channelInactive`.
    if latest.admit() { allowTime(context) } else { context.close(promise: nil) }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    latest.leave()
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): request = head
    case .body: break
    case .end:
      guard let request else { return }
      self.request = nil
      answer(request, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  /// From now on.
  private func allowTime(_ context: ChannelHandlerContext) {
    deadline?.cancel()
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    deadline = context.eventLoop.scheduleTask(in: .seconds(MetricsServer.patience)) { bound.value.close(promise: nil) }
  }

  private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
    allowTime(context)
    let reply = Reply(to: request.method, request.uri, latest)
    var headers = HTTPHeaders([("Content-Type", reply.contentType), ("Content-Length", "\(reply.body.utf8.count)")])
    if reply.status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
    // One answer a connection: who asks again and again and reads nothing fills no memory.
    headers.add(name: "Connection", value: "close")
    let head = HTTPResponseHead(version: request.version, status: reply.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: reply.body)))), promise: nil)
    }
    let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    end.whenComplete { _ in bound.value.close(promise: nil) }
  }
}

/// What a request gets.
struct Reply {
  var status: HTTPResponseStatus
  var contentType = "text/plain; charset=utf-8"
  var body: String

  init(to method: HTTPMethod, _ uri: String, _ latest: LatestFigures) {
    guard method == .GET || method == .HEAD else {
      (status, body) = (.methodNotAllowed, "only GET and HEAD\n")
      return
    }
    switch Reply.path(uri) {
    case "/metrics": (status, contentType, body) = (.ok, Exposition.contentType, latest.current.exposition)
    case "/": (status, body) = (.ok, "tcpaudit: the figures are at /metrics\n")
    default: (status, body) = (.notFound, "not found: the figures are at /metrics\n")
    }
  }

  /// Without its query; a proxy's request names scheme and host too (RFC 9112, 3.2.2).
  private static func path(_ uri: String) -> Substring {
    let target = uri.prefix { $0 != "?" }
    guard target.lowercased().hasPrefix("http://") else { return target }
    let place = target.dropFirst("http://".count).drop { $0 != "/" }
    return place.isEmpty ? "/" : place
  }
}
