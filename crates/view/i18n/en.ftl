# The sentences of the page and of the command line, in English.
# <b> strong, <c> code, <w> rewritten, <x> the word of a stop, <k> the word of a good end.

## Nothing to answer yet

idle-paste = Paste the firewall rules of a host
idle-paste-detail = Run <c>sudo iptables-save</c> or <c>sudo nft list ruleset</c> there and paste what it prints. Nothing leaves this page.
idle-nothing = No firewall rules found
idle-nothing-detail = Nothing in this text was recognised. Run <c>sudo iptables-save</c> or <c>sudo nft list ruleset</c> on the host and paste all of it.
idle-no-rules = No firewall rules in this paste yet
idle-no-rules-detail = Facts about the host were read, but no table of rules. Add what <c>sudo iptables-save</c> or <c>sudo nft list ruleset</c> prints.
idle-unread = <c>{ $name }</c> is recognised, and can’t be walked yet
over-read = <b>{ $host }</b> is read. Which packet?
over-read-rules = The rules are read. Which packet?
over-holds = { $what }. Take a packet from the list, or type the command that fails.
over-services = { $count ->
    [1] 1 port of a Service
   *[other] { $count } ports of Services
}
over-tables = { $count ->
    [1] 1 table
   *[other] { $count } tables
}
over-chains = { $count ->
    [1] 1 chain
   *[other] { $count } chains
}
over-rules = { $count ->
    [1] 1 rule
   *[other] { $count } rules
}
over-listeners = { $count ->
    [1] 1 listener
   *[other] { $count } listeners
}
over-missing = Not pasted: { $what }. What rests on it is assumed, and says so.
over-no-rules = firewall rules
over-no-addresses = addresses
over-no-routes = routes
over-docker = Published by Docker: through FORWARD, past INPUT
over-published = Published by DNAT
over-redirected = Redirected to a port of this host
over-here = This host: through INPUT
over-listening = What listens
over-through = Forwarded: through FORWARD
over-outwards = Out under another address
over-order = { $chain }, from first to last: the first match decides
over-anyone = anyone
over-peers = known peers
over-this-host = this host
over-who-in = { $who } in { $iface }
over-who-not-in = { $who }, not in { $iface }
over-undecided = what no rule decides
over-sent = sent out
over-any = any
over-hardly = sent, hardly answered
over-not = all but { $what }
over-anything = anything
over-lo = anything over lo
over-answers = answers of known connections
over-invalid = what belongs to no connection
over-else = all else
over-accepts = accepted
over-drops = dropped
over-rejects = rejected, { $with }
over-counts = counted only
over-policy = policy { $word }
over-then = then { $chain } is asked, too
over-unread = could not be read
over-behind = { $to } behind { $iface }
over-listens = { $process } listens
over-listens-unnamed = a process listens
over-nobody = nothing listens there
over-masquerade = as an address of this host
over-snat = as { $addr }
over-base = { $name } · { $hook }, { $priority }
over-above = see above
over-no-jump = no rule jumps here
over-dormant = dormant: not hooked in
over-more-chains = { $count ->
    [1] and 1 chain more
   *[other] and { $count } chains more
}
over-from-seen = Seen by the kernel
over-from-outside = From outside
over-from-inside = From the networks inside
over-from-here = From this host
over-from = from { $addr } in { $iface }
over-from-out = from { $addr }, outside
over-to = to { $dst }
over-one-of = to one of { $count }
over-delivered = delivered
over-depends = it depends
over-no-answer = its answer is stopped
over-opens = INPUT opens { $ports }
over-opens-some = INPUT opens { $ports } (not to everyone)
over-opens-rest = its policy drops all else
over-publishes = { $count ->
    [1] 1 published port
   *[other] { $count } published ports
}

## The word of a fate

word-delivered = <k>Delivered</k>
word-nobody = <x>Refused.</x>
word-forwarded = <k>Forwarded</k>
word-sent = <k>Sent</k>
word-bridged = <k>Bridged</k>
word-dropped = <x>Dropped.</x>
word-rejected = <x>Rejected.</x>
word-no-route = <x>No route.</x>
word-not-forwarded = <x>Not forwarded.</x>
word-routing-drop = <x>Stopped by routing.</x>
word-queued = <b>Handed to a program.</b>
word-stolen = <b>Taken out of the path.</b>
word-kept = <b>Kept</b> until the other fragments come
word-send-error = <x>Not sent.</x>
word-looped = <x>It loops.</x>
word-chain-loop = <x>A loop of chains.</x>
word-too-long = <b>Cut short.</b>
word-undecided = <b>Undecided.</b>

## Headlines

head-local = to this host, <c>{ $dst }</c>
head-local-port = to this host, port <c>{ $port }</c>
head-out = to <c>{ $dst }</c> out of <c>{ $iface }</c>
head-out-unknown = to <c>{ $dst }</c>
head-prints = { $program } prints <c>{ $message }</c>
head-sender-sees = The sender sees <c>{ $message }</c>
head-hangs = { $program } hangs, then times out
head-connection-hangs = The connection hangs, then times out
head-silence = { $program } waits, and no answer comes
head-nothing-back = Nothing comes back to the sender
head-sender-gets = The sender gets <c>{ $what }</c>
head-fails = { $count ->
    [2] <x>Fails</x> either way
   *[other] <x>Fails</x> on all { $count } paths
}
head-depends = <b>It depends</b> { $what }

## The way back

leg-echo = echo reply
leg-answer = answer
leg-answer-is = answer ({ $name })
leg-error = ICMP port unreachable
leg-data = first data
leg-data-reply = data that comes back
trip-stopped = { $word }, but the { $what } is { $end }: { $seen }
trip-stopped-later = { $word } and answered, but then the { $what } is { $end }: { $seen }
trip-unrefused = Nobody listens there, and the { $what } that says so is { $end }: { $seen }
trip-why = About the { $what }: { $why }
trip-why-by = The { $what } comes in by <c>{ $iface }</c>: { $why }
trip-stranger = { $word }, but <x>the { $what } comes from the wrong address</x>: { $seen }
trip-stranger-why = The { $what } comes from <c>{ $from }</c>, but the packet was sent to <c>{ $asked }</c>: the sender knows no such connection.
trip-stray-why = The { $what } ends at <c>{ $to }</c>, from <c>{ $from }</c>; <c>{ $own }</c> waits for it.
trip-direct = { $word } to <c>{ $dst }</c> out of <c>{ $iface }</c>, but <x>the answer bypasses this host</x>: { $seen }
trip-direct-why = <c>{ $client }</c> and <c>{ $server }</c> are neighbours on <c>{ $iface }</c>: the server answers its neighbour directly, from <c>{ $from }</c>. The client asked <c>{ $asked }</c> and knows no such connection. With its source rewritten (MASQUERADE, SNAT), the answer would come back through this host.
trip-ignored = { $word }, but <b>nothing answers</b>
trip-ignored-all = This kernel answers no ping: icmp_echo_ignore_all is 1.
trip-ignored-why = A kernel answers no ping to a broadcast or multicast address (net.ipv4.icmp_echo_ignore_broadcasts is 1, as is usual), and no TCP to one.
trip-private = { $word } to <c>{ $dst }</c> out of <c>{ $iface }</c>, but <b>the other end can hardly answer</b>
trip-private-why = No rule rewrites its source: it leaves by <c>{ $iface }</c> with the private address <c>{ $src }</c>, which belongs to another network. Unless a router further on translates it, the answer finds no way back.
trip-unheld = { $word } to <c>{ $dst }</c> out of <c>{ $iface }</c>, but <x>nobody receives the answer</x>: { $seen }
trip-unheld-why = Its source was rewritten to <c>{ $src }</c>, an address of the network of <c>{ $iface }</c> that this host does not have: the answer is sent there, and nobody receives it.
trip-payload = { $word }; what becomes of the { $what } <b>depends</b> on what it carries
trip-payload-why = <b>{ $at }</b> looks at what the { $name } carries, or how much: <c>{ $what }</c>.
trip-whole = The answer gets back too. Walked: { $list }
trip-open = Whether the { $what } gets through is open: { $question }
trip-unknown = Whether the { $what } gets through is not known
trip-later = The first packet carries no data: a later one may be stopped by <b>{ $at }</b> (<c>{ $what }</c>)
trip-later-one = What it carries is not given: <b>{ $at }</b> may stop it (<c>{ $what }</c>)
trip-hangs = the connection hangs, then times out
trip-silence = nothing comes back to the sender
trip-hangs-later = the connection opens, then hangs
trip-program-hangs-later = { $program } connects, then hangs
trip-reset = the connection opens, then is reset
slip-source = <b>{ $at }</b> would fit but for the source: <c>{ $net }</c> is { $first } to { $last }
slip-destination = <b>{ $at }</b> would fit but for the destination: <c>{ $net }</c> is { $first } to { $last }
slip-source-like = <b>{ $at }</b> would fit but for the source: <c>{ $net }</c> is { $like }
slip-destination-like = <b>{ $at }</b> would fit but for the destination: <c>{ $net }</c> is { $like }
slip-address = <b>{ $at }</b> would fit but for the destination: after the translation it is <c>{ $now }</c> by then
slip-port = <b>{ $at }</b> would fit but for the port: it is <c>{ $now }</c> by then, after the translation, not <c>{ $was }</c>
slip-in = <b>{ $at }</b> would fit but for the interface: none is called <c>{ $name }</c>, and it comes in by <c>{ $has }</c>
slip-out = <b>{ $at }</b> would fit but for the interface: none is called <c>{ $name }</c>, and it goes out by <c>{ $has }</c>
slip-ends = <b>{ $at }</b> would fit with source and destination the other way round
slip-ports = <b>{ $at }</b> would fit with source port and destination port the other way round
slip-ifaces = <b>{ $at }</b> would fit with the two interfaces the other way round
slip-state = <b>{ $at }</b> would fit but for the state: the packet is <c>{ $has }</c>, and <c>{ $wanted }</c> is asked for
end-by-policy = dropped by the policy of { $chain }
end-by-rule = dropped by { $at }
end-rejected = rejected by { $at }
end-no-answer = { $end }, but no answer comes ({ $what }: { $fate })
end-direct = { $end }, but the answer bypasses this host
end-ignored = { $end }, unanswered
end-private = { $end }, with the private source { $src }
end-unheld = { $end }, but nobody receives the answer

## What decides

decide-local = on whether <c>{ $addr }</c> is an address of this host
decide-route = on where <c>{ $addr }</c> is routed to
decide-leaves-by = on whether <c>{ $addr }</c> is reached by { $iface }
decide-table = on the <c>{ $table }</c> table, which was not pasted
decide-chain = on the chain <c>{ $chain }</c>, which was not pasted
decide-policy = on the policy of <c>{ $chain }</c>, which was not pasted
decide-chance = on chance
decide-set = on whether this packet is in the set <c>{ $set }</c>
decide-socket = on whether something listens on { $proto } port <c>{ $port }</c>
decide-order = on which of two equal chains runs first
decide-jump = on whether { $from } calls <c>{ $chain }</c>
decide-port = on the port that the kernel gives a flow whose own is taken
decide-hop = on which next hop of the route <c>{ $route }</c> the kernel’s hash chooses
decide-soon = on how soon the packet follows the one before it
decide-unread = on the rules of <c>{ $name }</c>, which can’t be read here
decide-beside = on <c>{ $name }</c>, which works beside the rules and is not modelled here
decide-tunnel = on whether the tunnel <c>{ $name }</c> is up
decide-blank = on whether <b>{ $value }</b> is <c>{ $name }</c>
decide-rule = on <b>{ $at }</b>, which can’t be decided from the paste
decide-left-out = on the rules that are left out at <b>{ $at }</b>
decide-group = on whether a program here has joined <c>{ $addr }</c>

end-chance = { $weight }: { $end }
end-yes = if so: { $end }
end-no = if not: { $end }
end-accepts = if it lets the packet pass: { $end }
end-drops = if it does not: { $end }
end-else = otherwise: { $end }
end-depends = it <b>depends</b> { $what }
end-moved = to <b>{ $dst }</b>, then it <b>depends</b> { $what }
end-group = { $count } of { $all }: { $end }
end-group-chance = { $count } of { $all } ({ $weight }): { $end }
end-more = and { $count ->
    [1] 1 more end
   *[other] { $count } more ends
}
end-unwalked = not walked: { $count } ({ $weight })
end-to = { $end } to { $dst }

## A fate in a few words

short-delivered = delivered here
short-nobody = refused, nobody listens
short-forwarded = forwarded out of { $iface }
short-sent = sent out of { $iface }
long-forwarded = forwarded, out of an interface that is not known
long-sent = sent, out of an interface that is not known
long-bridged = bridged, to a port that is not known
short-bridged = bridged to { $iface }
short-dropped = dropped, { $at }
short-dropped-unseen = dropped by { $at }
short-dropped-policy = dropped, policy of { $chain }
short-dropped-kernel = dropped by the kernel
short-rejected = rejected, { $at }
short-no-route = no route
short-not-forwarded = not forwarded
short-routing = stopped by routing
short-queued = queued, { $at }
short-stolen = taken, { $at }
short-kept = kept for reassembly
short-send-error = not sent: { $error }
short-looped = loops
short-chain-loop = { $at } goes in a loop
short-too-long = cut short
short-undecided = still open

## Where and why

why-local-all = It reaches this host over <c>{ $iface }</c>: <c>{ $dst }</c> is a broadcast or multicast address.
why-local = It reaches <c>{ $dst }</c>, an address of this host, over <c>{ $iface }</c>.
why-local-port = It reaches port <c>{ $port }</c> of this host over <c>{ $iface }</c>.
why-local-rule = <b>{ $chain } rule { $number }</b> lets it in over <c>{ $iface }</c>.
why-out = No rule stops it, there or back; it leaves by <c>{ $iface }</c> for <c>{ $dst }</c>.
why-out-unknown = It leaves for <c>{ $dst }</c>; by which interface is not known.
why-out-there = It leaves by <c>{ $iface }</c> for <c>{ $dst }</c>.
why-out-unknown-rewritten = It leaves for <c>{ $dst }</c>, with its source rewritten to <w>{ $src }</w>; by which interface is not known.
why-out-rewritten = It leaves by <c>{ $iface }</c> for <c>{ $dst }</c>, with its source rewritten to <w>{ $src }</w>.
why-rejects-rest = <b>{ $chain } rule { $number }</b> rejects everything the rules above it did not accept.
why-drops-rest = <b>{ $chain } rule { $number }</b> drops everything the rules above it did not accept.
why-rejects = <b>{ $chain } rule { $number }</b> rejects packets that match <c>{ $conditions }</c>.
why-drops = <b>{ $chain } rule { $number }</b> drops packets that match <c>{ $conditions }</c>.
why-policy = No rule of <b>{ $chain }</b> decides, and its policy is { $policy }.
why-accepted-before = { $why } Rule { $number } of <b>{ $chain }</b> had accepted the packet, but <c>accept</c> ends its own base chain only: the later chains of the hook are still asked.
why-kernel = The kernel drops it after the last rule.
why-unseen = <b>{ $what }</b> was not pasted; here it drops the packet.
why-queued = <b>{ $chain } rule { $number }</b> hands it to a program; what the program decides can’t be known here.
why-proxied = <b>SYNPROXY</b> of { $chain } rule { $number } keeps it, and answers both ends itself.
why-stolen = <b>{ $chain } rule { $number }</b> takes it out of the path.
why-refused = The kernel can’t carry out the translation, and drops the packet.
why-kept = Its other fragments have not come yet.
why-send-error = The sender’s own call fails: <c>{ $error }</c>.
why-not-for-us = Its frame is addressed to another machine.
why-looped = It came back to a place where it had been; the walk ends there.
why-chain-loop = <c>{ $chain }</c> <b>{ $number }</b> leads back to <c>{ $to }</c>; iptables would not load this, and the walk ends here
why-too-long = More than { $count } rules were tried; the walk was cut here, and what becomes of the packet is not known
why-undecided = The walk can’t go on without an answer: { $what }
why-not-routing = Not a routing problem: { $why }
why-second-pass = Sent over <c>lo</c>, it comes back in and is stopped: { $why }

routing-no-route = No route of this host leads to <c>{ $dst }</c>.
routing-forwarding-off = The packet is for <c>{ $dst }</c>, and this host does not forward: <c>{ $what }</c> is 0.
routing-martian = <c>{ $src }</c> to <c>{ $dst }</c> can’t be on the wire (a martian).
routing-local-source = Source <c>{ $src }</c> is this host’s own address; the kernel refuses it from outside.
routing-rp-filter = The way back to <c>{ $src }</c> is by another interface (<c>rp_filter</c>).
routing-scope = Its source is link-local (fe80::/10); such a packet is not forwarded to another link.
routing-localnet = Addresses of 127.0.0.0/8 may cross a wire only where <c>route_localnet</c> is on.
routing-localnet-out = The translation sends it to <c>{ $dst }</c>, but a packet from <c>{ $src }</c> may not leave this host: <c>route_localnet</c> is 0.
routing-ttl = Its TTL has run out.
routing-mtu = It is too big for the next link and must not be fragmented.
routing-blackhole = A blackhole route covers <c>{ $dst }</c>.
routing-unreachable = An unreachable route covers <c>{ $dst }</c>.
routing-prohibit = A prohibit route covers <c>{ $dst }</c>.
routing-bad-header = Its header is malformed.
routing-source-route = Its IP options prescribe a route; this host does not follow them (<c>accept_source_route</c>).
routing-not-for-us = Nothing on this host takes packets to <c>{ $dst }</c>.
routing-link-down = The interface is down: no packet comes in or leaves by it.

## Questions and their answers

ask-local = Is <c>{ $addr }</c> an address of this host?
ask-group = Has a program here joined <c>{ $addr }</c>?
ask-route = Where is <c>{ $addr }</c> routed to?
ask-leaves-by = Is <c>{ $addr }</c> reached by { $iface }?
ask-table = What does the <c>{ $table }</c> table do? It was not pasted.
ask-chain = What does chain <c>{ $chain }</c> of <c>{ $table }</c> do? It was not pasted.
ask-policy = What is the policy of <c>{ $chain }</c>?
ask-left-out = Do the rules left out at { $at } (<c>{ $text }</c>) let it pass?
ask-opaque = Does <c>{ $text }</c> match ({ $at })? It is not supported here.
ask-hidden = Does { $at } match the interfaces of this packet? <c>iptables -L</c> hides them without <c>-v</c>.
ask-history = Does <c>{ $text }</c> match ({ $at })? It depends on earlier packets.
ask-cookie = Does this ACK answer what SYNPROXY sent ({ $at })? Only a secret in the kernel tells.
ask-cluster = Is this host the one of its cluster that takes the packet ({ $at })?
ask-helper = What does the helper of { $at } make of this? It is not followed here.
ask-lives = Is what { $at } set up still there? Time has passed, and the paste does not say how long the kernel keeps it.
ask-source-in = Is the source in <c>{ $net }</c> ({ $at })? The paste does not say.
ask-source-out = Is the source outside <c>{ $net }</c> ({ $at })? The paste does not say.
ask-fact = Does <c>{ $text }</c> match ({ $at })? The paste does not say.
ask-set = Is this packet in the set <c>{ $set }</c>? The set was not pasted.
ask-addr-in-set = Is <c>{ $addr }</c> in the set <c>{ $set }</c>? The set was not pasted.
ask-random = Does chance choose { $at }?
ask-nat = Which address does { $at } choose?
ask-nat-port = Which port does { $at } draw?
ask-port = The port of this connection is taken: which one does the kernel give it?
ask-hop = Which next hop of the route <c>{ $route }</c> does the kernel’s hash choose?
ask-socket = Does something listen on { $proto } port <c>{ $port }</c>?
ask-unread = What do the rules of <c>{ $name }</c> do? They can’t be read here; paste <c>iptables-save</c> if they are iptables’ own.
ask-beside = What does <c>{ $name }</c> do with this packet? It works beside the rules, and is not modelled here.
ask-tunnel = Is the tunnel <c>{ $name }</c> up? Its file adds rules while it is.
ask-blank = Is <b>{ $value }</b> <c>{ $name }</c>? The paste leaves it open.
ask-open = What is <c>{ $name }</c> ({ $at })? The paste leaves it open.
ask-order = Which runs first, <c>{ $one }</c> or <c>{ $other }</c>?
ask-jump = Does { $from } call <c>{ $chain }</c>? The chain that would call it was not pasted.
ask-soon = Does the packet come within 4 ms of the one before it? <c>ct count</c> then still counts connections that are gone. <c>after 1s</c> before the packet says no.
answer-yes = Yes
answer-no = No
answer-does = It does
answer-does-not = It doesn’t
answer-is = It is
answer-is-not = It isn’t
answer-accepts = It accepts
answer-drops = It drops
answer-in-set = It is in it
answer-not-in-set = It isn’t
answer-passes = It lets it pass
answer-by = by { $iface }
answer-nowhere = Nowhere

## Guesses

lean-addr = assuming { $iface } has <c>{ $addr }</c>, as the paste suggests
lean-net = assuming <c>{ $net }</c> is behind { $iface }, as the paste suggests
lean-all-addrs = assuming the addresses listed are all this host has
lean-back = assuming replies to <c>{ $dst }</c> leave by { $iface }
lean-default = assuming <c>{ $dst }</c> is reached by { $iface }, the only likely way
lean-rule-route = assuming <c>{ $dst }</c> is reached by { $iface }, as { $at } suggests
lean-all-routes = assuming the routes listed are all there are
lean-sysctl = assuming <c>{ $name }</c> is <c>{ $value }</c>, as is usual
lean-set-by = assuming <c>{ $name }</c> is <c>{ $value }</c>, as { $program } sets it
lean-empty = assuming the <c>{ $table }</c> table, which was not pasted, is empty
lean-no-legacy = assuming <c>iptables-legacy</c> holds no rules, which nft does not list
lean-no-table = there is no <c>{ $table }</c> table: the whole <c>iptables-save</c> has none
lean-fresh = assuming <b>{ $chain } rule { $number }</b> starts with an empty history
lean-legacy-order = assuming the tables are iptables-legacy’s: with iptables-nft, <c>security</c> comes after <c>nat</c> in INPUT
lean-no-redirect = an ICMP redirect may also be sent to <c>{ $addr }</c>
lean-no-flows = assuming no connection was known before
lean-no-ipsec = assuming no IPsec policy is at work on this host
lean-no-quota = assuming the accounting object <c>{ $name }</c> has no quota: with one, the rule matches only above it
lean-root = assuming root sends it; <c>{ $at }</c> asks who does (add <c>uid 1000</c> to the packet for another user)
lean-window = assuming its sequence numbers lie in the window of the pasted connection
lean-port = whichever port of { $bridge } <c>{ $addr }</c> is behind
lean-bridge-port = assuming <c>{ $port }</c> is a port of { $bridge }, as its packet suggests
lean-transparent = assuming what listens on { $proto } port <c>{ $port }</c> is transparent, as a proxy has to be
if-left-out = if the rules left out at { $at } (<c>{ $text }</c>) let it pass
if-likely = { $what } ({ $why })
if-local = if <c>{ $addr }</c> is an address of this host
if-group = if a program here has joined <c>{ $addr }</c>
if-no-group = if no program here has joined <c>{ $addr }</c>
if-not-local = if <c>{ $addr }</c> is not an address of this host
if-passes = if <c>{ $what }</c>, which was not pasted, lets it pass unchanged
if-drops = if <c>{ $what }</c>, which was not pasted, does not let it pass unchanged
if-policy-accepts = if the policy of <c>{ $chain }</c> is ACCEPT
if-policy-drops = if the policy of <c>{ $chain }</c> is DROP
if-any-interface = if { $at } matches the interfaces of this packet, which the listing hides
if-other-interface = if { $at } names other interfaces, which the listing hides
if-holds = if <c>{ $text }</c> matches ({ $at })
if-holds-not = if <c>{ $text }</c> does not match ({ $at })
if-listens = if something listens on { $proto } port <c>{ $port }</c>
if-listens-not = if nothing listens on { $proto } port <c>{ $port }</c>
if-leaves-by = if <c>{ $addr }</c> is reached by { $iface }
if-leaves-by-not = if <c>{ $addr }</c> is not reached by { $iface }
if-jumps = if { $from } calls <c>{ $chain }</c>
if-jumps-not = if { $from } does not call <c>{ $chain }</c>
if-soon = if it comes within 4 ms of the packet before it
if-soon-not = if it comes more than 4 ms after the packet before it
if-tunnel = if the tunnel <c>{ $name }</c> is up
if-tunnel-not = if the tunnel <c>{ $name }</c> is not up
if-blank = if <c>{ $value }</c> is <c>{ $name }</c>
if-blank-not = if <c>{ $value }</c> is not <c>{ $name }</c>
likely-rule = { $at } suggests it
likely-unspoken = nothing in the paste suggests it
likely-outbound = it is a public address, asked for from a private network
likely-input = the rules are about what comes to this host
likely-forward = the rules are about what passes through
likely-neighbour = its sender is on the same network
likely-usual = as is usual
likely-lo = a first rule that accepts everything is usually <c>-i lo</c>
likely-conditions = such a rule seldom tests one
likely-socket = a socket is bound to an address of its own host
likely-chain = its name or its rules suggest it
lean-bridge-nf = assuming bridged packets pass iptables (<c>bridge-nf-call-iptables</c> is 1)
likely-logged = a line of the pasted log shows that it came further
likely-picked = the lines shown were picked out as those that matter

## Evidence

same-both-random = the same on <b>both</b> random branches
same-all-random = the same on <b>all { $count }</b> random branches
same-all-ways = the same on <b>all { $count }</b> possible paths
counter-rule = { $count ->
    [1] <b>1</b> packet died at this rule
   *[other] <b>{ $count }</b> packets died at this rule
}
counter-policy = { $count ->
    [1] <b>1</b> packet met this policy
   *[other] <b>{ $count }</b> packets met this policy
}
counter-zero = its counter is <b>0</b>: nothing died here yet
counter-reloaded = no packet has been counted in <c>{ $chain }</c>: its rules were reloaded recently
counter-behind = counters don’t add up: rule { $rule } of <c>{ $chain }</c> lets nothing past, but rule { $later } below it counted <b>{ $count }</b>; rule { $rule } is newer
counter-past-all = counters don’t add up: rule { $rule } of <c>{ $chain }</c> lets nothing past, but the policy counted <b>{ $count }</b>; rule { $rule } is newer
counter-more = counters don’t add up: every packet passes rule { $rule } of <c>{ $chain }</c>, but rule { $later } below it counted more, <b>{ $count }</b>; rule { $rule } is newer, or its counter was reset
counter-more-policy = counters don’t add up: every packet passes rule { $rule } of <c>{ $chain }</c>, but the policy counted more, <b>{ $count }</b>; rule { $rule } is newer, or its counter was reset
cut-chances = only <b>{ $count }</b> possible paths are walked; what is left out is taken in <b>{ $share }</b> of all cases
cut-ways = only <b>{ $count }</b> possible paths are shown; answer a question to narrow them down
sure-dst = in every case the destination becomes <w>{ $to }</w>
sure-src = the source becomes <w>{ $to }</w>
never-input = <b>{ $hook } never sees this packet:</b> after DNAT it is bound for <c>{ $dst }</c>, not for this host
never-prerouting = <b>{ $hook } never sees this packet:</b> this host sends it itself

## Why a rule did not match, or did

miss-is-not = { $what }, not <c>{ $wanted }</c>
miss-same = { $what }, and the rule wants any other
miss-is = { $what } matches <c>{ $wanted }</c>, which the rule excludes
miss-cluster-ips = { $what } is none of { $count } cluster IPs
miss-all-addresses = { $count } rules: none names { $what }
miss-addresses = { $what } is none of { $count } addresses
miss-ports = { $what } is none of { $count } ports
miss-ifaces = { $what } is none of { $count } interfaces
miss-no-port = it has no port
miss-no-iface = there is no such interface here, and the rule wants <c>{ $what }</c>
miss-not-local = <c>{ $addr }</c> is no address of this host
miss-type = <c>{ $addr }</c> is not <c>{ $wanted }</c>
miss-chance = not this time, by chance
miss-mark = { $what } lacks the bits <c>{ $wanted }</c>
miss-limit = the limit is used up
miss-list = not on the list <c>{ $set }</c>
miss-seen = { $count ->
    [1] seen once, the rule wants more
   *[other] seen { $count } times, the rule wants more
}
miss-fragment = it is not a later fragment
miss-module = <c>{ $what }</c> does not match
miss-unsaid = { $count ->
    [1] it does not match
   *[other] none of { $count } rules matches
}
miss-more = {" "}…
miss-more-rules = { $count ->
    [1] ; nor does 1 more rule match
   *[other] ; nor do { $count } more rules match
}
hit-local = <c>{ $addr }</c> is an address of this host
hit-state = state <c>{ $state }</c>
hit-mark = mark <c>{ $mark }</c>
hit-net = <c>{ $addr }</c> is in <c>{ $net }</c>
hit-chance = by chance, this time
hit-assumed = whether <c>{ $what }</c> matches is unknown; assumed to match
card-counters = { $count ->
    [1] 1 packet so far
   *[other] { $count } packets so far
}
card-nothing = nothing but counting
short-rules = { $count ->
    [1] 1 rule
   *[other] { $count } rules
}
short-cluster-ips = { $count ->
    [1] 1 cluster IP
   *[other] { $count } cluster IPs
}
short-addresses = { $count } addresses
short-ports = { $count } ports

## The walk

words-title = Words
any-packet = any packet
row-policy-accept = no rule decided: policy <c>{ $policy }</c> applies
row-policy-drop = no rule decided: policy <x>{ $policy }</x> applies
row-again = <c>{ $chain }</c> again, and back: nothing has changed, so it is not listed twice
row-copy = a copy goes out: <b>{ $packet }</b> to <c>{ $dst }</c>
row-reply = this host replies with <b>{ $packet }</b> to <c>{ $dst }</c>
aside-in-out = in { $iniface }, out { $outiface }
aside-in = in { $iface }
aside-out = out { $iface }
source-inferred = guess by line { $line }
source-line = line { $line }
skip-settled = <b>{ $table }</b> is skipped: it runs only for the first packet of a connection
skip-no-flow = <b>{ $table }</b> is skipped: the packet has no connection of its own to translate
skip-answered = <b>{ $table }</b> lets it pass, as you said
skip-supposed = <b>{ $table }</b> is assumed to let it pass
fold-changes = <c>{ $chain }</c>: { $change }; back to the caller
fold-does = <c>{ $chain }</c>: { $what }; back to the caller
fold-returns = <c>{ $chain }</c>: back to the caller at once
fold-empty = <c>{ $chain }</c> is empty; back to the caller
fold-nothing = { $count ->
    [1] <c>{ $chain }</c>: its only rule does not match; back to the caller
   *[other] <c>{ $chain }</c>: none of its { $count } rules matches; back to the caller
}
does-return = back to the calling chain
does-go-on = <c>{ $what }</c>, the walk goes on
does-nat = <c>{ $what }</c> to <w>{ $to }</w>
does-nat-keeps = <c>{ $what }</c>, nothing to change
does-nat-drawn = <c>{ $what }</c> to <w>{ $to }</w>, port by chance
does-nat-open = <c>{ $what }</c>, to which address is not known
change-src = source <c>{ $from }</c> becomes <w>{ $to }</w>
change-dst = destination <c>{ $from }</c> becomes <w>{ $to }</w>
change-mark = sets { $what } { $from } to <w>{ $to }</w>
change-stripped = removes TCP options
change-field = writes { $field }
change-mss = sets the MSS
change-text = its helper and NAT rewrite <c>{ $from }</c> in its text to <w>{ $to }</w>
change-numbers = shifts its sequence numbers: NAT made earlier text longer or shorter
change-notrack = leaves it untracked
change-zone = puts it into conntrack zone { $zone }
change-set-add = adds it to the set <c>{ $set }</c>
change-set-del = takes it out of the set <c>{ $set }</c>
start-wire = arrives at <c>{ $iface }</c>: <c>{ $src }</c> to <c>{ $dst }</c>
start-local = this host sends: <c>{ $src }</c> to <c>{ $dst }</c>
ct-new = <b>conntrack</b>: new connection
ct-established = <b>conntrack</b>: part of a known connection
ct-related = <b>conntrack</b>: related to a known connection
ct-invalid = <b>conntrack</b>: belongs to no connection that conntrack can follow
ct-untracked = <b>conntrack</b>: not tracked
un-nat = <b>un-NAT</b>, no rule involved: { $change }
kernel-reassembling = waits for its other fragments
kernel-reassembled = its fragments are one packet again
kernel-loop = leaves by <c>lo</c> and comes in again
kernel-port = the port of this connection is taken: the kernel draws another
kernel-copied = that was one copy; the next one goes on
hook-empty = <b>{ $hook }</b>: no rules here
hook-asked-nothing = <b>{ $hook }</b>: no rules to check
hook-unpasted = <b>{ $hook }</b>: not pasted, taken as empty
route-local-all = routed to this host: <c>{ $dst }</c> is a broadcast or multicast address
route-local = routed to this host: <c>{ $dst }</c> is its address
route-local-untold = routed to this host
route-lo = routed over <c>lo</c>: <c>{ $dst }</c> is its own address
route-forward = routed to <b>{ $iface }</b>: FORWARD, not INPUT
route-forward-via = routed to <b>{ $iface }</b> via <c>{ $via }</c>: FORWARD, not INPUT
route-out = routed to <b>{ $iface }</b> for <c>{ $dst }</c>
route-out-via = routed to <b>{ $iface }</b> via <c>{ $via }</c>
route-again = routed again, now to <b>{ $iface }</b> for <c>{ $dst }</c>
route-by-rule = {" "}(<c>ip rule</c> { $priority }: table { $table })
route-bridge = bridged to port <b>{ $port }</b>
fork-chance = By chance
fork-one-of = One of { $count }, at random
branch-local = { $addr } is this host’s
branch-not-local = { $addr } is elsewhere
branch-passes = { $what } lets it pass
branch-drops = { $what } drops it
branch-yes = yes
branch-no = no
branch-else = something else
branch-matches = { $at } matches
branch-matches-not = { $at } does not match
branch-in-set = in { $set }
branch-not-in-set = not in { $set }
branch-blank = { $value } is { $name }
branch-not-blank = { $value } is not { $name }
branch-unwalked = { $count } not walked
meaning-service = Service { $name }
meaning-endpoint = Endpoint of { $name }
meaning-services = service portals
meaning-nodeports = ports open on every node
name-route = route
narrate-hit = { $chain } rule { $number } matches
narrate-miss = { $chain } rule { $number } does not match
narrate-misses = { $chain } rules { $first } to { $last } do not match
narrate-jump = jump to { $chain }, depth { $depth }
narrate-goto = goto { $chain }, no way back
narrate-followed = ({ $number } of { $count } is followed: { $label })
narrate-alike = { $count ->
    [2] both end the same: { $end }
   *[other] all { $count } end the same: { $end }
}
narrate-reply-end = The { $packet } reply is { $end }
narrate-hangs = On this path: { $end }. { $what }

## What was recognised

chip-table = { $chains ->
    [1] 1 chain
   *[other] { $chains } chains
} · { $rules ->
    [1] 1 rule
   *[other] { $rules } rules
}
chip-interfaces = { $count ->
    [1] 1 interface
   *[other] { $count } interfaces
}
chip-routes = { $count ->
    [1] 1 route
   *[other] { $count } routes
}
chip-policy = { $count ->
    [1] 1 rule
   *[other] { $count } rules
}
chip-bridges = { $count ->
    [1] 1 bridge
   *[other] { $count } bridges
}
chip-names = { $count ->
    [1] 1 address
   *[other] { $count } addresses
}
chip-sets = { $count ->
    [1] 1 set
   *[other] { $count } sets
}
chip-traces = { $count ->
    [1] 1 packet traced
   *[other] { $count } packets traced
}
chip-flows = { $count ->
    [1] 1 connection
   *[other] { $count } connections
}
chip-sockets = { $count ->
    [1] 1 listener
   *[other] { $count } listeners
}
chip-sysctls = { $count ->
    [1] 1 value
   *[other] { $count } values
}
moment-line = The paste shows the tables at { $count } moments (from lines { $lines }); moment { $number } is walked
offer-line = with the command of line { $line }
offer-lines = with the commands of lines { $lines }
chip-excerpt = excerpt
chip-known = nothing in it changes a walk
chip-unread = not read yet

## This host

host-unnamed = host { $number }
host-holds = { $tables ->
    [0] no rules
    [1] 1 table
   *[other] { $tables } tables
} · { $interfaces ->
    [0] no interface
    [1] 1 interface
   *[other] { $interfaces } interfaces
}
source-said = given
source-guess = guess
source-paste = pasted
fact-bridge = bridge
fact-ports = { $count ->
    [1] bridge of 1 port
   *[other] bridge of { $count } ports
}
fact-no-address = no address known
fact-on = on
fact-off = off
fact-local = this host
fact-not-local = not this host
fact-accepts = accepts
fact-drops = drops
fact-listens = listens { $process }
seen-all = the kernel’s own trace agrees: <b>{ $count ->
    [1] the one rule or policy
   *[other] all { $count } rules and policies
}</b> that it shows
seen-some = the kernel’s own trace agrees on <b>{ $count }</b> rules and policies, and does not show the rest
seen-logged = the line of the log is of <b>{ $at }</b>, where this walk passes
seen-logged-not = <x>the line of the log is of another place:</x> { $at }
seen-against = <x>the kernel’s own trace disagrees:</x> { $what }
seen-other = the kernel’s own trace took another way
row-seen-same = the kernel’s trace shows the same
row-seen-other = the kernel’s trace differs here: { $what }
row-seen-not = the kernel’s trace does not show this
suggest-traced = traced by the kernel, { $id }
suggest-logged = logged by a rule, { $prefix }
seen-rule = { $at }, { $rule ->
    [0] a rule matched
   *[other] rule { $rule } matched
}
seen-policy = the policy of { $at } decided
seen-end = { $at } was left at its end
words-assumed = Assumptions:
words-unpasted = the tables { $tables } were not pasted

## Problems of the paste

problem-empty = There is nothing here yet
problem-nothing = No firewall rules were found in this text
problem-unknown-match = The match “{ $found }” is not known; rules with it stay open
problem-unknown-target = The target “{ $found }” is neither known nor a chain of this table
problem-unknown-option = The option “{ $found }” is not known
problem-bad-value = “{ $found }” does not fit here
problem-missing = Something is missing after “{ $found }”
problem-missing-here = Something is missing here
problem-missing-chain = “{ $found }” is not a known target, and no chain of that name was pasted
problem-chain-loop = Chains lead in a circle here ({ $found }); iptables would not load this
problem-undeclared = Chain “{ $found }” has rules, but no line declares it
problem-part = Only a part of table “{ $found }” was pasted
problem-hidden = This listing hides the interfaces; rules may test more than it shows
problem-contradiction = “{ $found }” contradicts what was read before; both are kept
problem-several-hosts = This paste has several hosts: { $hosts }. A packet is walked on the one it is for, otherwise on { $found }
problem-which-host = No prompt says which host this belongs to ({ $hosts }); it is kept apart
problem-twice = Table “{ $found }” appears again with other contents: these are two moments, and the later one is walked
problem-no-such-rule = “{ $found }” refers to a rule, a position or a chain that does not exist; it changes nothing
problem-bad-line = “{ $found }” could not be read
problem-left-open = “{ $found }” is left open: say what it stands for
problem-refused = iptables refuses “{ $found }” here
problem-changes-nothing = ; iptables refuses the line, so it changes nothing
problem-refused-nothing = ; the line changes nothing
problem-refused-open = ; no kernel prints this, so whether the rule stands is open
problem-alias = No packet comes in by “{ $found }”: it is the label of an address
problem-turns = { $found } reverses how the text after it is displayed; this line is read in the order in which it is stored
problem-prose = Ignored: “{ $found }”
problem-passed-over = Ignored: { $count } lines that are no output of a command
problem-rows-left-out = “{ $found }”: rules are left out here, and the answer depends on them where a packet meets them
problem-not-modelled = “{ $found }” is not supported; its rule stays open
problem-no-such-moment = The paste shows no moment { $found }; the last one is walked
problem-no-such-host = No host is called “{ $found }” here; the first one is walked
problem-unknown-name = “{ $found }” is not known to this version of Chainwalk; it is kept as it is
problem-not-used-yet = “{ $found }” is not used yet; it is kept as it is
problem-given-twice = “{ $found }” stands here a second time; the later one counts
problem-newer-form = A newer Chainwalk wrote this; what this version knows of it was read
problem-lacks = ; not there: { $what }
problem-expected = ; expected { $what }
expected-or = {" "}or{" "}
expected-address = an address
expected-told-name = an address (names are not looked up)
expected-network = a network
expected-port = a port
expected-port-or-range = a port or a range of ports
expected-number = a number
expected-user = the number of a user or group
expected-protocol = a protocol
expected-interface = an interface
expected-icmp-type = an ICMP type
expected-ct-state = a conntrack state
expected-addr-type = an address type
expected-mark = a mark
expected-rate = a rate
expected-target = a target
expected-chain = a chain
expected-option = an option
expected-text = text in quotes
expected-end-of-line = the end of the line
expected-dump = the output of iptables-save or nft list ruleset
expected-packet = a packet, such as curl 172.17.0.2:80
hint-mean = Did you mean { $word }?
hint-paste = Paste what { $command } prints.
hint-host = Choose the host that the packet comes to.
hint-protocol = Name the protocol first, with -p tcp or -p udp.
hint-table = { $chain } is in the table { $table }: add -t { $table }.

## Changes

changes-through = What would let it through?
changes-stop = What would stop it?
changes-reply-stopped = The packet itself gets through, but its reply is stopped on the way back.
changes-lost = The packet itself gets through, but no answer finds the way back.
changes-nobody = The packet itself gets here, but nobody listens on its port.
changes-none-found = No change we tried does it; not all were tried.
changes-none = No single change we tried does it.
changes-more = There are more; the smallest are shown.
changes-replied = Its reply gets back too.
compare-same = No change for this packet.
compare-through = <k>It gets through now.</k>
compare-stopped = <x>It is stopped now.</x>
compare-depends = Now it depends.
compare-settled = The result is settled now.
compare-elsewhere = Still stopped, but differently.
compare-other = Different result now.
place-end = the end of <c>{ $chain }</c>
place-rule = rule { $number } of <c>{ $chain }</c>
scope-accept = Accepts everything that reaches { $at } and matches <c>{ $what }</c>.
scope-accept-all = Accepts everything that reaches { $at }.
scope-drop = Stops everything that reaches { $at } and matches <c>{ $what }</c>.
scope-drop-all = Stops everything that reaches { $at }.
scope-other = Handles everything that reaches { $at } and matches <c>{ $what }</c>.
scope-other-all = Handles everything that reaches { $at }.
scope-source = Rewrites the source of everything that reaches { $at } and matches <c>{ $what }</c>.
scope-destination = Rewrites the destination of everything that reaches { $at } and matches <c>{ $what }</c>.
scope-without = Everything that rule { $number } of <c>{ $chain }</c> takes goes on to the rules below it.
scope-policy-accept = Everything that no rule of <c>{ $chain }</c> decides is accepted.
scope-policy-drop = Everything that no rule of <c>{ $chain }</c> decides is dropped.
scope-flush = <c>{ $chain }</c> has no rules any more.
scope-create = <c>{ $chain }</c> is a new chain without rules.
scope-forward-on = The host forwards packets between all its interfaces; only FORWARD stands between them then.
scope-forward-off = The host forwards nothing any more, containers and virtual machines included.
scope-rp-loose = By <c>{ $iface }</c>, any source is accepted that some route leads to, whatever its interface.
scope-rp-off = Sources are not checked by <c>{ $iface }</c> any more: they can be forged.
scope-localnet = Addresses of 127.0.0.0/8 are accepted from <c>{ $iface }</c>: what listens only on loopback can be reached from there.
scope-accept-local = Packets from this host’s own addresses are accepted from <c>{ $iface }</c>.
scope-bridge-nf = No packet that a bridge passes on is shown to iptables any more.
scope-setting = <c>{ $name }</c> applies to every packet.
scope-route = Every packet to <c>{ $dst }</c> takes this way.
scope-no-route = { $count ->
    [1] The route
   *[other] The routes
} to <c>{ $dst }</c> no longer decides; a wider one may.
scope-policy-rule = Packets that this rule selects look in another routing table.
scope-fact = This is taken as a fact of the host.
list-comma = ,{" "}
changes-narrow = Narrow: only packets like this one
changes-wide = Wider: other packets too
changes-broad = Broad: removes a rule or turns a policy round, for every packet
others-none = no other packet that was tried is affected
others-through = lets in { $count } of { $all } other packets tried
others-named = { $counted }: { $list }
others-stopped = <x>stops { $count }</x> of { $all } other packets tried
also-none = None of { $count } other packets that were tried, each different in one thing, changes its result.
also-through = Also lets in the same packet { $list }.
also-stopped = Also stops the same packet { $list }.
also-not = No change for the same packet { $list }.
probe-near-source = from its neighbour <c>{ $src }</c>
probe-far-source = from elsewhere (<c>{ $src }</c>)
probe-interface = by <c>{ $iface }</c>
probe-port = to port <c>{ $port }</c>
probe-destination = to <c>{ $dst }</c>
probe-behind = straight to <c>{ $dst }</c>
probe-protocol = as <c>{ $proto }</c>
probe-mid-flow = outside a connection (no SYN before)
probe-opposite = started by the other end (<c>{ $src }</c> to <c>{ $dst }</c>)
shadow-behind = Never matches: rule { $number } above catches every packet it could match.
shadow-behind-jump = Never matches: rule { $number } above sends every such packet to a chain that ends it.
shadow-unreached = Never matches: no rule that can be reached jumps to { $chain }.
shadow-one = Rule { $number }: { $why }

## The diagram

scene-processes = processes on this host
scene-in = in
scene-out = out
scene-route-to = to { $iface }
scene-route-here = to this host
scene-not-routed = not routed
scene-bridged = bridged by { $bridge }
scene-port-open = port ?
scene-replies = host replies
scene-rejects = rule { $number } rejects
scene-rejects-here = rejected here
scene-drops = rule { $number } drops
scene-drops-here = dropped here
scene-drops-unseen = drops it?
scene-policy-drops = policy drops
scene-inside = Inside { $chain }
scene-hint = right: next rule · down: jump · up: return
scene-base = base chain · policy { $policy }
scene-folded = { $count } chains in between
scene-takes = rule { $number } takes { $share }
scene-takes-each = each of { $count } rules takes { $share }
cards-of = { $number } of { $count }
cards-more = and { $count } more
scene-follow = Click one to follow it.
scene-both-same = Same result on both.
scene-all-same = Same result on all { $count }.
scene-more = { $count } more
scene-rules-of = Rules of { $chain }
scene-rules-shown = { $first }–{ $last } of { $count }
legend-rules = has rules
legend-empty = empty
legend-unpasted = not pasted
legend-walked = walked
legend-ahead = still to come
name-policy = policy
tag-from = from
tag-to = to
tag-kind = packet
panel-start = THE PACKET
panel-now = NOW
panel-next = Next
panel-more = and { $count } more
panel-was = was { $value }
panel-ask = Every path is worked out to its end. Answer in the banner to keep one.
panel-decided = What decided
panel-ways = { $count } possible paths
panel-way = On this path: { $way }

## A case from elsewhere

link-none = This link holds no walk.
link-cut-off = This link is incomplete: its end is missing. Ask for it again, or for the file.
link-damaged = This link was altered on its way and can’t be read. Ask for it again, or for the file.
link-too-long = This link holds more than a link may. Ask for the file instead.
link-not-text = This link does not hold text.
link-newer = This link was made by a later Chainwalk; this copy is { $here }.
link-newer-by = This link was made by Chainwalk { $by }; this copy is { $here }.
link-elsewhere = “{ $path }” is not a file of this page, and nothing is fetched from elsewhere.
link-missing = There is no “{ $name }” here.
ended-otherwise = When this was made, packet { $number } ended: <b>{ $then }</b>.
ended-otherwise-by = When this was made (Chainwalk { $by }), packet { $number } ended: <b>{ $then }</b>.
travel-lines = { $count ->
    [1] the pasted text (1 line)
   *[other] the pasted text ({ $count } lines)
}
travel-packets = { $count ->
    [1] 1 packet
   *[other] { $count } packets
}
travel-facts = { $count ->
    [1] 1 fact
   *[other] { $count } facts
}
travel-edits = { $count ->
    [1] 1 change
   *[other] { $count } changes
}
names-public = { $count ->
    [1] 1 public address
   *[other] { $count } public addresses
}
names-macs = { $count ->
    [1] 1 MAC address
   *[other] { $count } MAC addresses
}
names-hosts = { $count ->
    [1] 1 host by its name
   *[other] { $count } hosts by their names
}
names-others = It names <b>{ $what }</b>.
replaced-same = <b>The same walk, { $of } of { $of } steps.</b> It was walked again with the new names.
replaced-otherwise = <b>The walk changes</b>: { $steps } of { $of } steps are the same. A rule looks at what was replaced; keep that.
replaced-unwalked = No packet is sent, so there is no walk to compare.
figure-place = { $chain } rule { $number }
figure-policy = policy of { $chain }
choice-local = to this host, <c>{ $dst }</c>
choice-out = to <c>{ $dst }</c> out of <c>{ $iface }</c>, from <c>{ $src }</c>
undone-no-dnat = You left out NAT: the packet is bound for <w>{ $dst }</w> by then. DNAT comes before routing.
undone-no-snat = You left out NAT: the packet leaves as one from <w>{ $src }</w>.
undone-no-nat = NAT changes nothing of this packet.
undone-forward = The packet is for another host: routing sends it to FORWARD, and INPUT is never asked.
undone-input = The packet is for this host: routing sends it to INPUT, and FORWARD is never asked.
undone-filter-first = When the filter is asked the packet is bound for <w>{ $dst }</w> already: DNAT comes first.
undone-policy = A policy speaks only where no rule has decided.
undone-policy-rule = A policy speaks only where no rule has decided. Here { $rule } did.
undone-last-match = Rules are asked from the top, and the first that decides ends it.
undone-last-match-rule = Rules are asked from the top, and the first that decides ends it. Here { $rule } did.
undone-looks-right = A rule matches only where all of its conditions hold, not only address and port.
undone-return = RETURN goes back to the calling chain, and the rules behind the jump are still asked.
undone-reject = REJECT writes back to the sender. Only DROP says nothing.
undone-drop = DROP says nothing at all. Only REJECT writes back.
undone-reply = The packet belongs to a connection that conntrack knows: the rule for ESTABLISHED takes it.
undone-routing = Routing asks, too, between the hooks: { $why }
undone-routing-passes = Routing lets this packet on.
room-off = not on the way
room-host = host
room-policy = policy { $policy }
room-from = from { $chain }
room-earlier = did not match
room-was = was { $was }
