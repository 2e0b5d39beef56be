/// A device that forgets idle connections, and after how long by default.
struct IdleTimeout {
  let product: String
  /// Seconds.
  let seconds: Int64

  /// Longest first; above each, where the figure is from.
  static let known: [IdleTimeout] = [
    // sysctl, Linux 6.18
    IdleTimeout(product: "Linux nf_conntrack (established)", seconds: 432_000),
    // RFC 5382 §5, RFC 7857
    IdleTimeout(product: "NAT as RFC 5382 asks (established)", seconds: 7440),
    // cloud.google.com/nat, timeouts
    IdleTimeout(product: "Google Cloud NAT (established)", seconds: 1200),
    // docker/docs#5519, moby#31208
    IdleTimeout(product: "Linux IPVS (Docker swarm, kube-proxy ipvs)", seconds: 900),
    // cloud.google.com/vpc, firewalls
    IdleTimeout(product: "Google Cloud VPC firewall", seconds: 600),
    // hashicorp/boundary#3133
    IdleTimeout(product: "nginx stream proxy_timeout", seconds: 600),
    // docs.aws.amazon.com; ingress-nginx#5695
    IdleTimeout(product: "AWS Network Load Balancer", seconds: 350),
    // docs.aws.amazon.com; httpx#2975
    IdleTimeout(product: "AWS NAT gateway", seconds: 350),
    // docs.aws.amazon.com
    IdleTimeout(product: "AWS Network Firewall", seconds: 350),
    // AWS: Best Practices for TCP Connection Management on EC2
    IdleTimeout(product: "AWS EC2 connection tracking (Nitro V6)", seconds: 350),
    // learn.microsoft.com, load-balancer-tcp-reset
    IdleTimeout(product: "Azure Load Balancer", seconds: 240),
    // cloudnetworking.pro
    IdleTimeout(product: "Azure NAT gateway", seconds: 240),
    // sysctl, Linux 6.18
    IdleTimeout(product: "Linux nf_conntrack (after a FIN)", seconds: 120),
    // docs.aws.amazon.com
    IdleTimeout(product: "AWS Classic Load Balancer", seconds: 60),
  ]

  /// Those that would let a connection live through `survived` and kill it within `idle`, ns; longest first.
  static func between(_ survived: Int64, _ idle: Int64) -> [IdleTimeout] {
    known.filter { timeout in
      let nanoseconds = timeout.seconds * 1_000_000_000
      return nanoseconds > survived && nanoseconds <= idle
    }
  }
}
