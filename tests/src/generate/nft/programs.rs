//! Rulesets in the shape of programs that write nft: alone, or two of them on one host.

use super::host::Host;
use crate::generate::dice::Dice;

const FIREWALLD: &str = r#"table inet firewalld {
	ct helper helper-ftp-tcp { type "ftp" protocol tcp; l3proto inet; }
	chain mangle_PREROUTING { type filter hook prerouting priority mangle + 10; policy accept; jump mangle_PREROUTING_ZONES; }
	chain mangle_PREROUTING_ZONES { iifname "LAN" goto mangle_PRE_internal; goto mangle_PRE_public; }
	chain mangle_PRE_public { jump mangle_PRE_public_allow; }
	chain mangle_PRE_public_allow { tcp dport 8080 meta mark set 0x64; }
	chain mangle_PRE_internal { return; }
	chain nat_PREROUTING { type nat hook prerouting priority dstnat + 10; policy accept; jump nat_PREROUTING_ZONES; }
	chain nat_PREROUTING_ZONES { iifname "LAN" goto nat_PRE_internal; goto nat_PRE_public; }
	chain nat_PRE_public { meta nfproto ipv4 tcp dport 443 dnat ip to HOST:8080; tcp dport 80 meta mark 0x64 redirect to :80; }
	chain nat_PRE_internal { }
	chain nat_POSTROUTING { type nat hook postrouting priority srcnat + 10; policy accept; jump nat_POSTROUTING_ZONES; }
	chain nat_POSTROUTING_ZONES { oifname "LAN" goto nat_POST_internal; goto nat_POST_public; }
	chain nat_POST_public { meta nfproto ipv4 oifname != "lo" masquerade; }
	chain nat_POST_internal { }
	chain nat_OUTPUT { type nat hook output priority -90; policy accept; }
	chain filter_PREROUTING {
		type filter hook prerouting priority filter + 10; policy accept;
		icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
		meta nfproto ipv6 fib saddr . mark . iif oif missing drop
	}
	chain filter_INPUT {
		type filter hook input priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		iifname "lo" accept
		ct state invalid drop
		jump filter_INPUT_ZONES
		reject with icmpx admin-prohibited
	}
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		iifname "lo" accept
		ct state invalid drop
		ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 addr-unreachable
		jump filter_FORWARD_ZONES
		reject with icmpx admin-prohibited
	}
	chain filter_OUTPUT {
		type filter hook output priority filter + 10; policy accept;
		ct state { established, related } accept
		oifname "lo" accept
		ip6 daddr { ::/96, 2002::/24 } reject with icmpv6 addr-unreachable
	}
	chain filter_INPUT_ZONES { iifname "LAN" goto filter_IN_internal; goto filter_IN_public; }
	chain filter_FORWARD_ZONES { iifname "LAN" oifname "WAN" accept; goto filter_FWD_public; }
	chain filter_FWD_public { meta l4proto { icmp, ipv6-icmp } accept; reject with icmpx admin-prohibited; }
	chain filter_IN_public {
		jump filter_IN_public_deny
		jump filter_IN_public_allow
		meta l4proto { icmp, ipv6-icmp } accept
		reject with icmpx admin-prohibited
	}
	chain filter_IN_public_deny { ip saddr 8.8.8.8 drop; tcp dport 33333 reject; }
	chain filter_IN_public_allow {
		tcp dport 22 accept
		tcp dport 21 ct helper set "helper-ftp-tcp"
		ip6 daddr fe80::/64 udp dport 546 accept
		ip saddr NET udp dport 53 accept
		tcp dport 80 limit rate 2/minute log prefix "web" accept
		tcp dport 80 accept
	}
	chain filter_IN_internal { tcp dport { 22, 80 } accept; udp dport { 53, 5000-5005 } accept; meta l4proto { icmp, ipv6-icmp } accept; drop; }
}
"#;

const FW4: &str = r#"table inet fw4 {
	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept comment "!fw4: Accept traffic from loopback"
		ct state vmap { established : accept, related : accept } comment "!fw4: Handle inbound flows"
		tcp flags & (fin | syn | rst | ack) == syn jump syn_flood comment "!fw4: Rate limit TCP syn packets"
		iifname "LAN" jump input_lan comment "!fw4: Handle lan IPv4/IPv6 input traffic"
		iifname "WAN" jump input_wan
		jump handle_reject
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state vmap { established : accept, related : accept }
		iifname "LAN" jump forward_lan
		iifname "WAN" jump forward_wan
		jump handle_reject
	}
	chain output {
		type filter hook output priority filter; policy accept;
		oifname "lo" accept
		ct state vmap { established : accept, related : accept }
		oifname "LAN" jump output_lan
	}
	chain prerouting { type filter hook prerouting priority filter; policy accept; iifname "LAN" jump helper_lan; }
	chain handle_reject { meta l4proto tcp reject with tcp reset; reject with icmpx port-unreachable; }
	chain syn_flood { limit rate 1/second burst 2 packets return comment "!fw4: Accept SYN packets below rate-limit"; drop; }
	chain input_lan { jump accept_from_lan; }
	chain output_lan { jump accept_to_lan; }
	chain forward_lan { jump accept_to_wan; jump accept_to_lan; }
	chain helper_lan { }
	chain accept_from_lan { iifname "LAN" counter packets 0 bytes 0 accept; }
	chain accept_to_lan { oifname "LAN" counter packets 0 bytes 0 accept; }
	chain input_wan {
		meta nfproto ipv4 udp dport 68 counter accept comment "!fw4: Allow-DHCP-Renew"
		icmp type echo-request counter accept comment "!fw4: Allow-Ping"
		meta nfproto ipv4 meta l4proto igmp counter accept
		icmpv6 type { destination-unreachable, time-exceeded, echo-request, echo-reply } limit rate 1000/second counter accept
		icmpv6 type . icmpv6 code { packet-too-big . no-route, parameter-problem . no-route } limit rate 1000/second counter accept
		jump reject_from_wan
	}
	chain forward_wan { meta l4proto esp counter accept; udp dport 500 counter accept; ct status dnat accept; jump reject_to_wan; }
	chain accept_to_wan { meta nfproto ipv4 oifname "WAN" ct state invalid counter drop comment "!fw4: Prevent NAT leakage"; oifname "WAN" counter accept; }
	chain reject_from_wan { iifname "WAN" counter jump handle_reject; }
	chain reject_to_wan { oifname "WAN" counter jump handle_reject; }
	chain dstnat { type nat hook prerouting priority dstnat; policy accept; iifname "WAN" jump dstnat_wan; iifname "LAN" jump dstnat_lan; }
	chain srcnat { type nat hook postrouting priority srcnat; policy accept; oifname "WAN" jump srcnat_wan; oifname "LAN" jump srcnat_lan; }
	chain dstnat_wan { meta nfproto ipv4 tcp dport 8080 counter dnat ip to HOST:80 comment "!fw4: web"; }
	chain dstnat_lan { ip saddr NET ip daddr OWN tcp dport 8080 dnat ip to HOST:80 comment "!fw4: web (reflection)"; }
	chain srcnat_wan { meta nfproto ipv4 masquerade comment "!fw4: Masquerade IPv4 wan traffic"; }
	chain srcnat_lan { ip saddr NET ip daddr HOST tcp dport 80 snat ip to LANOWN comment "!fw4: web (reflection)"; }
	chain raw_prerouting { type filter hook prerouting priority raw; policy accept; }
	chain raw_output { type filter hook output priority raw; policy accept; }
	chain mangle_prerouting { type filter hook prerouting priority mangle; policy accept; }
	chain mangle_postrouting { type filter hook postrouting priority mangle; policy accept; oifname "WAN" tcp flags & (fin | syn | rst) == syn tcp option maxseg size set rt mtu comment "!fw4: Zone wan IPv4/IPv6 egress MTU fixing"; }
	chain mangle_input { type filter hook input priority mangle; policy accept; }
	chain mangle_output { type route hook output priority mangle; policy accept; udp dport 53 meta mark set 0x1; }
	chain mangle_forward { type filter hook forward priority mangle; policy accept; iifname "WAN" tcp flags syn / fin,syn,rst tcp option maxseg size set 1300; }
}
"#;

const KUBE: &str = r#"table ip kube-proxy {
	comment "rules for kube-proxy"
	set cluster-ips { type ipv4_addr; comment "Active ClusterIPs"; elements = { 8.8.8.8, 1.2.3.4 }; }
	set nodeport-ips { type ipv4_addr; elements = { OWN }; }
	set affinity { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 2s; }
	map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 8.8.8.8 . tcp . 22 comment "ns/none" : goto reject-chain }; }
	map no-endpoint-nodeports { type inet_proto . inet_service : verdict; elements = { tcp . 22 : drop }; }
	map firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; elements = { 45.0.0.9 . tcp . 80 : goto firewall-web }; }
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 8.8.8.8 . udp . 53 : goto service-dns/udp, 8.8.8.8 . tcp . 80 : goto service-web/tcp, 1.2.3.4 . tcp . 443 : goto service-api/tcp }
	}
	map service-nodeports { type inet_proto . inet_service : verdict; elements = { tcp . 8080 : goto external-web/tcp, udp . 5000 : goto service-dns/udp }; }
	chain filter-prerouting { type filter hook prerouting priority dstnat - 10; policy accept; ct state new jump firewall-check; }
	chain filter-input { type filter hook input priority filter - 10; policy accept; ct state new jump nodeport-endpoints-check; ct state new jump service-endpoints-check; }
	chain filter-forward { type filter hook forward priority filter - 10; policy accept; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check; }
	chain filter-output { type filter hook output priority -110; policy accept; ct state new jump service-endpoints-check; ct state new jump firewall-check; }
	chain filter-output-post-dnat { type filter hook output priority -90; policy accept; ct state new jump cluster-ips-check; }
	chain nat-prerouting { type nat hook prerouting priority dstnat; policy accept; jump services; }
	chain nat-output { type nat hook output priority -100; policy accept; jump services; }
	chain nat-postrouting { type nat hook postrouting priority srcnat; policy accept; jump masquerading; }
	chain nodeport-endpoints-check { ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports; }
	chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services; }
	chain firewall-check { ip daddr . meta l4proto . th dport vmap @firewall-ips; }
	chain firewall-web { ip saddr { HOST, NET } return; drop; }
	chain services { ip daddr . meta l4proto . th dport vmap @service-ips; ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports; }
	chain masquerading { meta mark & 0x4000 == 0 return; meta mark set meta mark ^ 0x4000; masquerade; }
	chain mark-for-masquerade { meta mark set meta mark | 0x4000; }
	chain cluster-ips-check { ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"; ip daddr 45.0.0.0/8 drop; }
	chain reject-chain { reject; }
	chain service-dns/udp { ip daddr 8.8.8.8 udp dport 53 ip saddr != NET jump mark-for-masquerade; numgen inc mod 2 vmap { 0 : goto endpoint-a, 1 : goto endpoint-b }; }
	chain service-web/tcp { ip daddr 8.8.8.8 tcp dport 80 ip saddr != NET jump mark-for-masquerade; ip saddr @affinity goto endpoint-b; numgen random mod 1 vmap { 0 : goto endpoint-b }; }
	chain service-api/tcp { jhash ip saddr mod 2 seed 0x2a vmap { 0 : goto endpoint-a, 1 : goto endpoint-b }; }
	chain external-web/tcp { ip saddr NET goto service-web/tcp comment "short-circuit pod traffic"; fib saddr type local jump mark-for-masquerade; goto service-web/tcp; }
	chain endpoint-a { ip saddr HOST jump mark-for-masquerade; meta l4proto { tcp, udp } dnat to HOST:5000; }
	chain endpoint-b { ip saddr HOST jump mark-for-masquerade; update @affinity { ip saddr }; meta l4proto tcp dnat to HOST:8080; }
}
"#;

const DOCKER: &str = r#"table ip docker-bridges {
	map filter-forward-in-jumps { type ifname : verdict; elements = { "LAN" : jump filter-forward-in__LAN }; }
	map filter-forward-out-jumps { type ifname : verdict; elements = { "LAN" : jump filter-forward-out__LAN }; }
	map nat-postrouting-in-jumps { type ifname : verdict; elements = { "LAN" : jump nat-post-in__LAN }; }
	map nat-postrouting-out-jumps { type ifname : verdict; elements = { "LAN" : jump nat-post-out__LAN }; }
	chain filter-FORWARD {
		type filter hook forward priority filter; policy accept;
		oifname vmap @filter-forward-in-jumps
		iifname vmap @filter-forward-out-jumps
	}
	chain nat-OUTPUT { type nat hook output priority -100; policy accept; ip daddr != 127.0.0.0/8 fib daddr type local counter packets 0 bytes 0 jump nat-prerouting-and-output; }
	chain nat-POSTROUTING { type nat hook postrouting priority srcnat; policy accept; iifname vmap @nat-postrouting-out-jumps; oifname vmap @nat-postrouting-in-jumps; }
	chain nat-PREROUTING { type nat hook prerouting priority dstnat; policy accept; fib daddr type local counter packets 0 bytes 0 jump nat-prerouting-and-output; }
	chain nat-prerouting-and-output { iifname != "LAN" tcp dport 8080 counter packets 0 bytes 0 dnat to HOST:80 comment "DNAT"; ip daddr OWN udp dport 5000 dnat to HOST; }
	chain raw-PREROUTING { type filter hook prerouting priority raw; policy accept; ip daddr HOST iifname != "LAN" counter packets 0 bytes 0 drop comment "DROP DIRECT ACCESS"; }
	chain filter-forward-in__LAN {
		ct state established,related counter packets 0 bytes 0 accept
		iifname "LAN" counter packets 0 bytes 0 accept comment "ICC"
		ip daddr HOST tcp dport 80 counter packets 0 bytes 0 accept
		counter packets 0 bytes 0 drop comment "UNPUBLISHED PORT DROP"
	}
	chain filter-forward-out__LAN {
		ct state established,related counter packets 0 bytes 0 accept
		counter packets 0 bytes 0 accept comment "OUTGOING"
	}
	chain nat-post-in__LAN { fib saddr type local counter packets 0 bytes 0 masquerade comment "MASQUERADE FROM HOST"; ip saddr HOST ip daddr HOST masquerade; }
	chain nat-post-out__LAN { oifname != "LAN" ip saddr NET counter packets 0 bytes 0 masquerade comment "MASQUERADE"; }
}
"#;

const LIBVIRT: &str = r#"table ip libvirt_network {
	chain forward { type filter hook forward priority filter; policy accept; counter jump guest_cross; counter jump guest_input; counter jump guest_output; }
	chain guest_output { ip saddr NET iif "LAN" counter accept; iif "LAN" counter reject; }
	chain guest_input { oif "LAN" ip daddr NET ct state established,related counter accept; oif "LAN" counter reject; }
	chain guest_cross { iif "LAN" oif "LAN" counter accept; }
	chain guest_nat {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr NET ip daddr 224.0.0.0/24 counter return
		ip saddr NET ip daddr 255.255.255.255 counter return
		meta l4proto tcp ip saddr NET ip daddr != NET counter masquerade to :1024-65535
		meta l4proto udp ip saddr NET ip daddr != NET counter masquerade to :1024-65535
		ip saddr NET ip daddr != NET counter masquerade
	}
}
table ip6 libvirt_network {
	chain forward { type filter hook forward priority filter; policy accept; counter jump guest_output; }
	chain guest_output { iif "LAN" counter reject; }
}
"#;

const FAIL2BAN: &str = r"table inet f2b-table {
	set addr-set-sshd { type ipv4_addr; elements = { HOST, 8.8.8.8 }; }
	set addr6-set-sshd { type ipv6_addr; elements = { fd00:1::5 }; }
	set addr-set-web { type ipv4_addr; flags interval; elements = { 45.0.0.0/8, 1.2.3.4 }; }
	chain f2b-chain {
		type filter hook input priority filter - 1; policy accept;
		tcp dport 22 ip saddr @addr-set-sshd reject with icmp port-unreachable
		tcp dport 22 ip6 saddr @addr6-set-sshd reject with icmpv6 port-unreachable
		tcp dport { 80, 443 } ip saddr @addr-set-web drop
		meta l4proto tcp ip saddr @addr-set-web reject with tcp reset
	}
}
";

const TAILSCALE: &str = r#"table ip filter {
	chain INPUT { type filter hook input priority filter; policy accept; counter packets 0 bytes 0 jump ts-input; }
	chain FORWARD { type filter hook forward priority filter; policy accept; counter packets 0 bytes 0 jump ts-forward; }
	chain ts-input {
		iifname "lo" ip saddr OWN counter packets 0 bytes 0 accept
		ip saddr 100.115.92.0/23 iifname != "WAN" counter packets 0 bytes 0 return
		ip saddr 100.64.0.0/10 iifname != "WAN" counter packets 0 bytes 0 drop
		iifname "WAN" counter packets 0 bytes 0 accept
		udp dport 5000 counter packets 0 bytes 0 accept
	}
	chain ts-forward {
		iifname "WAN" counter packets 0 bytes 0 meta mark set meta mark & 0xff00ffff ^ 0x00040000
		meta mark & 0x00ff0000 == 0x00040000 counter packets 0 bytes 0 accept
		oifname "WAN" ip saddr 100.64.0.0/10 counter packets 0 bytes 0 drop
		oifname "WAN" counter packets 0 bytes 0 accept
	}
}
table ip nat {
	chain POSTROUTING { type nat hook postrouting priority srcnat; policy accept; counter packets 0 bytes 0 jump ts-postrouting; }
	chain ts-postrouting { meta mark & 0x00ff0000 == 0x00040000 counter packets 0 bytes 0 masquerade; }
}
table ip6 filter {
	chain INPUT { type filter hook input priority filter; policy accept; jump ts-input; }
	chain ts-input { iifname "lo" ip6 saddr fd00:1::1 accept; iifname "WAN" counter packets 0 bytes 0 accept; }
}
"#;

const CALICO: &str = r#"table ip calico {
	set filter-cali40all-ipam-pools { type ipv4_addr; flags interval; elements = { NET }; }
	set filter-cali40masq-ipam-pools { type ipv4_addr; flags interval; elements = { 10.1.0.0/16 }; }
	set filter-cali40this-host { type ipv4_addr; elements = { OWN, LANOWN, 127.0.0.1 }; }
	set filter-cali40s { type ipv4_addr . inet_proto . inet_service; elements = { HOST . tcp . 80, HOST . udp . 53 }; }
	map filter-cali-fw-dispatch { type ifname : verdict; elements = { "LAN" : goto filter-cali-fw-one, "dmz0" : goto filter-cali-fw-two }; }
	map filter-cali-tw-dispatch { type ifname : verdict; elements = { "LAN" : goto filter-cali-tw-one }; }
	chain filter-FORWARD {
		type filter hook forward priority filter; policy accept;
		counter jump filter-cali-FORWARD
		meta mark & 0x00010000 == 0x00010000 counter accept
		counter jump filter-cali-mark
	}
	chain filter-INPUT { type filter hook input priority filter; policy accept; counter jump filter-cali-INPUT; }
	chain filter-cali-FORWARD {
		meta mark set meta mark & 0xfff5ffff
		meta mark & 0x00010000 == 0 counter jump filter-cali-from-hep
		iifname vmap @filter-cali-fw-dispatch
		oifname vmap @filter-cali-tw-dispatch
	}
	chain filter-cali-from-hep { ct state invalid counter drop; }
	chain filter-cali-mark { meta mark set meta mark | 0x00010000; }
	chain filter-cali-INPUT { iifname "LAN" counter goto filter-cali-wl-to-host; meta mark & 0x00010000 == 0x00010000 accept; }
	chain filter-cali-wl-to-host { meta l4proto { tcp, udp } th dport 53 accept; iifname vmap @filter-cali-fw-dispatch; }
	chain filter-cali-fw-one {
		ct state established,related counter accept
		ct state invalid counter drop
		meta mark set meta mark & 0xfffeffff
		udp dport 4789 counter drop comment "Drop VXLAN encapped packets originating in workloads"
		meta l4proto 4 counter drop
		meta mark set meta mark & 0xfffdffff
		counter jump filter-cali-po-web
		meta mark & 0x00010000 == 0x00010000 counter return
		meta mark & 0x00020000 == 0 counter drop
	}
	chain filter-cali-fw-two { counter jump filter-cali-po-web; reject with tcp reset; }
	chain filter-cali-tw-one { ct state established,related accept; ip saddr @filter-cali40all-ipam-pools meta mark set meta mark | 0x00010000; }
	chain filter-cali-po-web {
		ip daddr . meta l4proto . th dport @filter-cali40s meta mark set meta mark | 0x00010000
		meta mark & 0x00010000 == 0x00010000 return
		tcp dport { 22, 443 } meta mark set meta mark | 0x00020000
	}
	chain mangle-PREROUTING { type filter hook prerouting priority mangle; policy accept; ct state established,related accept; meta mark & 0x00010000 == 0x00010000 accept; }
	chain raw-PREROUTING { type filter hook prerouting priority raw; policy accept; meta mark set meta mark & 0xfff0ffff; iifname "LAN" meta mark set meta mark | 0x00040000; meta mark & 0x00040000 == 0x00040000 fib saddr . mark . iif oif missing counter drop; }
	chain nat-POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr @filter-cali40masq-ipam-pools ip daddr != @filter-cali40all-ipam-pools counter masquerade
		oifname "WAN" fib saddr . oif type != local fib saddr type local counter masquerade
	}
}
"#;

const PROGRAMS: [&str; 8] = [FIREWALLD, FW4, KUBE, DOCKER, LIBVIRT, FAIL2BAN, TAILSCALE, CALICO];

/// The ruleset of one program or of two.
pub(super) fn programs(host: &Host, dice: &mut Dice) -> String {
    let first = dice.below(PROGRAMS.len());
    let mut text = told(PROGRAMS[first], host, dice);
    let second = dice.below(PROGRAMS.len());
    if second != first && dice.chance(45) {
        text.push_str(&told(PROGRAMS[second], host, dice));
    }
    text
}

/// A program's text with the host's names in it.
fn told(text: &str, host: &Host, dice: &mut Dice) -> String {
    let links = &host.four.links;
    let (lan, wan) = (&links[0], &links[1]);
    let last = if dice.chance(50) { "" } else { " counter" };
    let net = lan.own[0].rsplit_once('.').map_or("", |s| s.0);
    text.replace("LANOWN", &lan.own[0])
        .replace("\"LAN\"", &format!("\"{}\"", lan.name))
        .replace("\"WAN\"", &format!("\"{}\"", wan.name))
        .replace("__LAN", &format!("__{}", lan.name))
        .replace("HOST", &lan.hosts[0])
        .replace("OWN", &wan.own[0])
        .replace("NET", &format!("{net}.0/24"))
        .replace("iifname \"lo\" accept\n", &format!("iifname \"lo\"{last} accept\n"))
}
