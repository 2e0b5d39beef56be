// Written by tools/pages from Pages/reset-forged.md.
extension Page {
  static var resetForged: String {
    #"""
    # reset-forged

    A RST whose claimed sender did not send it: a firewall, a load balancer, an intrusion prevention system or an
    attacker between the ends made it in that side's name.

    ## How it shows

        client → server  request
        server → client  RST                    1 ms later over a round trip of 100 ms, TTL 255, not 57

    ## The tests

    Each passes, fails, or cannot be made (`tests_passed`, `tests_failed`):

    - `round-trip`: it came in less than a quarter of the time that this side needed for any answer, 10 ms or more
      by a handshake that was seen whole, and it is certain which packet it answers.
    - `ttl`: TTL or hop limit unlike that side's other packets and their copies (else unlike its host's other
      connections). Not where those vary, nor where they are 1 or 255. A bare RST from as many hops away that was begun
      from another value (64 for 128) fails nothing, nor does any that was begun from 255, nor one after both FINs: a
      kernel may send it without that socket, and so may a device beside it. Then neither is cleared.
    - `mac`: link-layer source unlike that of its other packets.
    - `sequence`: sequence number below data that side had sent already. A kernel without that socket repeats an ACK
      number of the peer, by right.
    - `goes-on`: that side talks on, later than what the RST may have overtaken; not where the last of it is the last
      before the RST again, by its IP identification: copies of another place whose clock is behind.
    - `anatomy`: no timestamps on a RST+ACK of a side whose SYN shows Linux, which puts them there. Other stacks are
      not judged by this.

    One test gives `possible`, two or a conversation that goes on give `certain`; `likely` where the RST may be of
    another life of the 4-tuple and only numbers speak against it (`sequence`, `goes-on`): out of the window or
    before the ISN; behind a gap; and behind a pause of a second, where all that was acknowledged of its sender is
    the ISN and one packet goes on, or where its number had been acknowledged before the pause. One packet behind a
    gap is no talk: it may have come late. Then neither the side nor the path is cleared, and the loss by it is
    `likely` at best. TTL and MAC are one test where both TTLs begin at the same value: a route that changed
    explains them. Where nothing else fails, nothing is claimed

    - of a TTL that is one or two hops lower, with another MAC or without: a route that changed, a capture before a
      router and behind it, a container; a device between is nearer than the side in whose name it speaks;
    - of TTL (from the same beginning) and MAC of the next packet of that side's socket, by its identification,
      timestamps, sequence number and ACK number;
    - of `anatomy`: with large buffers macOS and OpenBSD offer a window scale as Linux does.

    `stage` says when it came: after SYN, after
    handshake, after first data, later; unknown where nothing was captured before it.

    ## How bad, and who

    The path is at fault. An error where the connection ended by it: also where whoever it was sent to answers all
    that comes later with bare RSTs, for what that side still said before was under way, and it has no such socket
    any more. A warning where it had no effect, or nobody can tell: where its receiver is not heard any more though
    the other side repeats itself (`took_effect` is null then, as this RST may be why, or one that the capture
    lacks). Of several RSTs in one name the first is judged, and the others are counted: that they had no effect is
    said where their receiver is heard behind the last of them. A note where it was out of the window and the same
    ports had been used before in this capture, and where RSTs are all that was captured. Beside
    `half-close-truncated` or `transfer-truncated` this is the cause, the other the damage. After a long idle time it
    is told as `idle-killed`.

    ## Look-alikes

    A RST after both FINs were acknowledged. A packet that has SYN or FIN beside RST, or data and no ACK: damaged, or
    made up, and no kernel's. A client's RST before the handshake is complete: a scanner's kernel
    sends it. The echoes of one abort. A bare RST of any kernel that has no such socket: IP ID 0, window 0 and no
    options are its right.

    ## What to do

    Compare TTLs with traceroute to find how many hops away the forger is. Ask the owner of the firewalls on the
    way.

    ## What would prove it

    A capture at the claimed sender that lacks this RST.

    ## Recorded

    `captures/reset-forged/client.pcapng` shows it; `captures/reset-forged/scenario` says what was done.

    """#
  }
}
