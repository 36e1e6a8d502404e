//! What the words of a rule become.

use crate::checks::check;
use crate::paste::read;
use chainwalk_model::{Match, OpKind};

#[test]
fn a_protocol_stands_for_its_match_where_the_option_stands() {
    check(
        "-P INPUT ACCEPT\n-A INPUT -p tcp --dport 22 -m state --state NEW -j ACCEPT\n\
         -A INPUT -p tcp -m state --state NEW --syn -j ACCEPT\n-A INPUT -p 17 --sport 53 -j DROP\n",
        "*filter\n:INPUT ACCEPT [0:0]\n\
         -A INPUT -p tcp -m tcp --dport 22 -m state --state NEW -j ACCEPT\n\
         -A INPUT -p tcp -m state --state NEW -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT\n\
         -A INPUT -p udp -m udp --sport 53 -j DROP\n",
    );
}

#[test]
fn several_addresses_make_several_rules() {
    check(
        "-P INPUT ACCEPT\n-A INPUT -s 1.1.1.1,2.2.2.2 -j DROP\n",
        "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 1.1.1.1/32 -j DROP\n-A INPUT -s 2.2.2.2/32 -j DROP\n",
    );
}

#[test]
fn what_is_typed_is_brought_into_one_form() {
    for (typed, saved) in [
        (
            "-m connlimit ! --connlimit-above 2",
            "-m connlimit --connlimit-upto 2 --connlimit-mask 32 --connlimit-saddr",
        ),
        (
            "-m connbytes ! --connbytes 10:10 --connbytes-dir both --connbytes-mode bytes",
            "-m connbytes --connbytes 10:10 --connbytes-mode bytes --connbytes-dir both",
        ),
        (
            "-m time ! --weekdays Mon,2 ! --monthdays 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28",
            "-m time --monthdays 29,30,31 --weekdays Wed,Thu,Fri,Sat,Sun",
        ),
        (
            "-m time --timestart 6:3 --localtz",
            "-m time --timestart 06:03:00 --timestop 23:59:59 --kerneltz",
        ),
        (
            "-m rateest --rateest a --rateest-gt --rateest-bps 3Kibit",
            "-m rateest --rateest a --rateest-gt --rateest-bps 3072bit",
        ),
        (
            "-m rateest --rateest a --rateest-bps --rateest-gt --rateest2 b",
            "-m rateest --rateest1 a --rateest-gt --rateest-bps --rateest2 b",
        ),
        (
            "-j RATEEST --rateest-name a --rateest-interval 300ms --rateest-ewma 3s",
            "-j RATEEST --rateest-name a --rateest-interval 500.0ms --rateest-ewmalog 4.0s",
        ),
        (
            "-j TCPOPTSTRIP --strip-options wscale,mss,8,34",
            "-j TCPOPTSTRIP --strip-options 2,3,8,34",
        ),
        (
            "-j HMARK --hmark-tuple src,dst,proto --hmark-offset 10 --hmark-mod 5 --hmark-rnd 7",
            "-j HMARK --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-proto-mask 0xffff \
             --hmark-rnd 0x00000007 --hmark-mod 5 --hmark-offset 10",
        ),
        (
            "-j TPROXY --on-port 3 --on-ip 0.0.0.0 --tproxy-mark 5",
            "-j TPROXY --on-port 3 --tproxy-mark 0x5/0xffffffff",
        ),
    ] {
        check(
            &format!("-P INPUT ACCEPT\n-A INPUT {typed}\n"),
            &format!("*filter\n:INPUT ACCEPT [0:0]\n-A INPUT {saved}\n"),
        );
    }
}

#[test]
fn what_is_not_known_is_kept_and_never_guessed() {
    let host =
        read(&["-P INPUT ACCEPT\n-A INPUT -p tcp -m foo --bar 1 --dport 22 -j ACCEPT\n"]).host();
    let opaque: Vec<&str> = host.rules.rules[0]
        .ops
        .iter()
        .filter_map(|op| {
            if let OpKind::Match(Match::Opaque(o)) = &op.what { Some(&*o.text) } else { None }
        })
        .collect();
    assert_eq!(opaque, ["-m foo --bar 1"]);
}
