/// A device that forgets idle connections, and after how long by default.
struct IdleTimeout {
  let product: String
  /// Seconds.
  let seconds: Int64
  /// Where the figure is from.
  let source: String

  /// Longest first.
  static let known: [IdleTimeout] = [
    IdleTimeout(product: "Linux nf_conntrack (established)", seconds: 432_000, source: "sysctl, Linux 6.18"),
    IdleTimeout(product: "NAT as RFC 5382 asks (established)", seconds: 7440, source: "RFC 5382 §5, RFC 7857"),
    IdleTimeout(product: "Google Cloud NAT (established)", seconds: 1200, source: "cloud.google.com/nat, timeouts"),
    IdleTimeout(
      product: "Linux IPVS (Docker swarm, kube-proxy ipvs)", seconds: 900, source: "docker/docs#5519, moby#31208"),
    IdleTimeout(product: "Google Cloud VPC firewall", seconds: 600, source: "cloud.google.com/vpc, firewalls"),
    IdleTimeout(product: "nginx stream proxy_timeout", seconds: 600, source: "hashicorp/boundary#3133"),
    IdleTimeout(product: "AWS Network Load Balancer", seconds: 350, source: "docs.aws.amazon.com; ingress-nginx#5695"),
    IdleTimeout(product: "AWS NAT gateway", seconds: 350, source: "docs.aws.amazon.com; httpx#2975"),
    IdleTimeout(product: "AWS Network Firewall", seconds: 350, source: "docs.aws.amazon.com"),
    IdleTimeout(
      product: "AWS EC2 connection tracking (Nitro V6)", seconds: 350,
      source: "AWS: Best Practices for TCP Connection Management on EC2"),
    IdleTimeout(product: "Azure Load Balancer", seconds: 240, source: "learn.microsoft.com, load-balancer-tcp-reset"),
    IdleTimeout(product: "Azure NAT gateway", seconds: 240, source: "cloudnetworking.pro"),
    IdleTimeout(product: "Linux nf_conntrack (after a FIN)", seconds: 120, source: "sysctl, Linux 6.18"),
    IdleTimeout(product: "AWS Classic Load Balancer", seconds: 60, source: "docs.aws.amazon.com"),
  ]

  /// Those that would let a connection live through `survived` and kill it within `idle`, ns; longest first.
  static func between(_ survived: Int64, _ idle: Int64) -> [IdleTimeout] {
    known.filter { timeout in
      let nanoseconds = timeout.seconds * 1_000_000_000
      return nanoseconds > survived && nanoseconds <= idle
    }
  }
}
