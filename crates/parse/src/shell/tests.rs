//! What a shell makes of a line: `man sh`.

use super::Joint::{And, Line, Or};
use super::line::variable;
use super::*;

#[test]
fn commands_are_parted_outside_of_quotes() {
    let parts = |text| -> Vec<(&str, Joint)> {
        split(Row { text, start: 0 }).into_iter().map(|p| (p.row.text, p.after)).collect()
    };
    assert_eq!(parts("a; b;c"), [("a", Line), ("b", Line), ("c", Line)]);
    assert_eq!(parts("a && b || c"), [("a", Line), ("b", And), ("c", Or)]);
    assert_eq!(parts("a & b | c"), [("a & b | c", Line)]);
    assert_eq!(parts("a 'b; c' \"d && e\" `f; g`"), [("a 'b; c' \"d && e\" `f; g`", Line)]);
    assert_eq!(parts(r#"a "b\";" c\; d; e"#), [(r#"a "b\";" c\; d"#, Line), ("e", Line)]);
    assert_eq!(parts(r"a '\'; b"), [(r"a '\'", Line), ("b", Line)]);
    assert_eq!(parts("a (b; c); d"), [("a (b; c)", Line), ("d", Line)]);
    assert_eq!(parts("a $(b && c) ) && d"), [("a $(b && c) )", Line), ("d", And)]);
    assert_eq!(parts("a # b; c"), [("a", Line)]);
    assert_eq!(parts("a;# b"), [("a", Line)]);
    assert_eq!(parts("a#b; c"), [("a#b", Line), ("c", Line)]);
    // What iptables did before is no condition, but what that waited for is.
    assert_eq!(parts("iptables -F && iptables -X"), [("iptables -F", Line), ("iptables -X", Line)]);
    assert_eq!(
        parts("x && iptables -F && iptables -X || y"),
        [("x", Line), ("iptables -F", And), ("iptables -X", And), ("y", Or)]
    );
    let row = Row { text: " a; b", start: 10 };
    assert_eq!(split(row).iter().map(|p| p.row.start).collect::<Vec<_>>(), [11, 14]);
}

#[test]
fn assignments_and_functions() {
    for (text, expect) in [
        ("A=b", Some(("A", Some("b"), ""))),
        ("_a1=", Some(("_a1", Some(""), ""))),
        ("export A=b", Some(("A", Some("b"), ""))),
        ("readonly A=b", Some(("A", Some("b"), ""))),
        ("local A=b", Some(("A", Some("b"), ""))),
        ("A=\"b c\" # d", Some(("A", Some("\"b c\""), "# d"))),
        ("A='b c' B=d", Some(("A", Some("'b c'"), "B=d"))),
        ("A=$(b c)", Some(("A", Some("$(b c)"), ""))),
        ("A=(b c)", Some(("A", Some("b c"), ""))),
        ("A=([x]=b)", Some(("A", None, ""))),
        // For one command alone.
        ("A=b c", None),
        ("1A=b", None),
        ("A-B=c", None),
        ("=b", None),
        ("A", None),
    ] {
        assert_eq!(assignment(text), expect, "{text}");
    }
    for (text, expect) in [
        ("f() {", Some("f")),
        ("f () {", Some("f")),
        ("f()", Some("f")),
        ("function f() {", Some("f")),
        ("my-f_1() { a; }", Some("my-f_1")),
        ("f() a", None),
        ("() {", None),
        ("a b() {", None),
        ("f {", None),
        ("function f {", Some("f")),
        ("function of {a b}", None),
    ] {
        assert_eq!(function(text), expect, "{text}");
    }
    for (text, expect) in [
        ("$A b", Some(("A", 2))),
        ("$A_1/b", Some(("A_1", 4))),
        ("${A}b", Some(("A", 4))),
        ("${A:-b}", None),
        ("${A", None),
        ("$1", Some(("1", 2))),
        ("${2}0", Some(("2", 4))),
        ("$@", Some(("@", 2))),
        ("$10", Some(("1", 2))),
        ("$", None),
        ("$-", None),
        ("A", None),
    ] {
        assert_eq!(variable(text), expect, "{text}");
    }
}

/// The commands of a script: each, whether it is only perhaps run, and whether it leads elsewhere.
fn run(script: &str) -> Vec<(String, bool, bool)> {
    let mut shell = Shell::default();
    let mut found = Vec::new();
    for (at, text) in script.lines().enumerate() {
        let next = script.lines().nth(at + 1).map(|text| Row { text: text.trim(), start: 0 });
        let taken = shell.take(Row { text: text.trim(), start: 0 }, next).unwrap_or_default();
        found.extend(taken.iter().map(|s| (s.row.text.to_owned(), s.maybe, s.elsewhere)));
    }
    assert!(!shell.is_inside(), "{script}");
    let rest = shell.close_all();
    found.extend(rest.iter().map(|s| (s.row.text.to_owned(), s.maybe, s.elsewhere)));
    found
}

#[test]
fn what_stands_in_a_loop_a_branch_or_a_function_runs_only_perhaps() {
    let rule = |maybe| vec![("iptables -F".to_owned(), maybe, false)];
    for script in [
        "for i in a b; do\niptables -F\nbreak\ndone",
        "for i in a $(b); do iptables -F; done",
        "for i in *.conf; do iptables -F; done",
        "while read a; do iptables -F; done",
        "until a; do iptables -F; done",
        "if [ -x a ]; then\niptables -F\nfi",
        "if [[ a ]]\nthen\niptables -F\nelse\nb\nfi",
        "case $1 in\nlan)\niptables -F\n;;\nesac",
        "case $1 in\nlan) iptables -F ;;\nesac",
        "f() {\niptables -F\n}",
        "f() { iptables -F; }",
        "while true; do\niptables -F\nsleep 1\ndone",
        "while true\ndo\niptables -F\ndone",
        "until ping -c 1 gw\ndo\niptables -F\ndone",
        "if grep -q x /proc/modules; then\niptables -F\nfi",
        "if ! lsmod | grep -q x\nthen\niptables -F\nfi",
        "if test -f a; then iptables -F; fi",
        "for i in $LIST\ndo\niptables -F\ndone",
        "function f {\niptables -F\n}",
    ] {
        let found = run(script);
        let rules: Vec<_> = found.into_iter().filter(|(t, ..)| t.contains("iptables")).collect();
        assert_eq!(rules, rule(true), "{script}");
    }
    // A script that is told to start was started.
    let started = run(
        "case \"$1\" in\nstart)\niptables -F\n;;\nstop|clear)\niptables -X\n;;\n*)\niptables -Z\nesac\nb",
    );
    let rules: Vec<_> = started.into_iter().filter(|(t, ..)| t.contains("iptables")).collect();
    assert_eq!(rules, rule(false));
    let rounds = run("for i in a b; do\nfor j in c; do iptables -A $i; done\ndone");
    assert_eq!(rounds, vec![("iptables -A $i".to_owned(), false, false); 2]);
    let after = run("for i in a; do\nb\ndone\nA=b; iptables -F");
    assert_eq!(after.last(), rule(false).last());
    // Without anything of a shell a line is left to other readers.
    for text in [
        "iptables -F",
        "",
        "# A=b",
        "if you like",
        "while at it",
        "a case in point",
        "done",
        "for those in need",
    ] {
        assert!(Shell::default().take(Row { text, start: 0 }, None).is_none(), "{text}");
    }
}

#[test]
fn what_leads_elsewhere_is_told() {
    for (line, expect) in [
        (". /etc/x.sh", true),
        ("source ./x", true),
        (". $X", true),
        ("eval $RULES", true),
        ("iptables-restore < /etc/rules", true),
        ("ip6tables-restore /etc/rules", true),
        ("/sbin/iptables-restore /etc/rules", true),
        ("iptables-restore <<EOF", false),
        (". word", false),
        ("g 1", false),
    ] {
        let mut shell = Shell::default();
        let text = format!("A=b; {line}");
        let taken = shell.take(Row { text: &text, start: 0 }, None).unwrap_or_default();
        assert_eq!(taken.last().map(|s| s.elsewhere), Some(expect), "{line}");
    }
}

#[test]
fn variables_have_the_value_that_the_script_gave_them() {
    let mut shell = Shell::default();
    let mut set = |text| drop(shell.take(Row { text, start: 0 }, None));
    set("A=one; B=\"$A two\"; C='$A'; D=$(which iptables); E=`command -v ip6tables`; F=$(date)");
    set("H=\"x\\\"y\"; I=${A}${B}");
    set("if a; then A=three; fi; J=1 && K=2");
    let value = |text| shell.value(text);
    for (text, expect) in [
        ("$A", None),
        ("$B", Some("one two")),
        ("$C", Some("$A")),
        ("$D", Some("iptables")),
        ("$E", Some("ip6tables")),
        ("$F", None),
        ("$H", Some("x\"y")),
        ("$I", Some("oneone two")),
        ("$J", Some("1")),
        // It is set only if the first assignment succeeded.
        ("$K", None),
        ("$NONE", None),
        ("'$B'", Some("$B")),
        ("\"$B\"c", Some("one twoc")),
        ("\"`a`\"", None),
        ("'`a`'", Some("`a`")),
        ("plain", Some("plain")),
    ] {
        assert_eq!(value(text).as_deref(), expect, "{text}");
    }
    assert_eq!(shell.program("$D"), "iptables");
    assert_eq!(shell.program("$NONE"), "$NONE");
    assert_eq!(shell.program("\"a\""), "\"a\"");
    let words = |text| -> Vec<String> {
        let words = crate::word::words(Row { text, start: 0 });
        shell.expand(words).iter().map(|w| w.text.to_string()).collect()
    };
    assert_eq!(
        words("-s $B \"$B\" $NONE x$D"),
        ["-s", "one", "two", "one two", "$NONE", "xiptables"]
    );
}

/// The commands of a script as they run, with what is filled in; those in brackets only perhaps.
fn ran(script: &str) -> Vec<String> {
    let mut shell = Shell::default();
    let mut found = Vec::new();
    let tell = |shell: &Shell<'_>, statements: Vec<Statement<'_>>, found: &mut Vec<String>| {
        for Statement { row, maybe, elsewhere, round } in statements {
            let words = shell.in_round(&round).expand(crate::word::words(row));
            let text = words.iter().map(|w| &*w.text).collect::<Vec<_>>().join(" ");
            if !text.contains("iptables") {
                continue;
            }
            let text = if elsewhere { text + " ..." } else { text };
            found.push(if maybe { format!("({text})") } else { text });
        }
    };
    for text in script.lines() {
        let taken = shell.take(Row { text: text.trim(), start: 0 }, None).unwrap_or_default();
        tell(&shell, taken, &mut found);
    }
    let rest = shell.close_all();
    tell(&shell, rest, &mut found);
    found
}

#[test]
fn what_a_function_does_stands_where_it_is_called() {
    assert_eq!(
        ran("f() {\niptables -A X\n}\ng()\n{\niptables -F\nf\n}\ng"),
        ["iptables -F", "iptables -A X"]
    );
    assert_eq!(ran("function f { iptables -A X; }\nf; f"), ["iptables -A X"; 2]);
    // What stands in front of its definition does not call it.
    assert_eq!(ran("f() { iptables -F; }\nf() { iptables -X; }\nf && f"), ["iptables -X"; 2]);
    let script = "start() {\niptables -A X\n}\nstop() {\niptables -F\n}\ncase \"$1\" in\nstart) start ;;\nstop) stop ;;\nrestart) stop; start ;;\nesac";
    assert_eq!(ran(script), ["iptables -A X"]);
    // Nobody knows whether it is called, nor whether what calls it runs.
    assert_eq!(ran("f() { iptables -F; }"), ["(iptables -F)"]);
    assert_eq!(ran("f() { iptables -F; }\nif [ -x a ]; then f; fi"), ["(iptables -F)"]);
    assert_eq!(ran("f() { if [ -x a ]; then iptables -F; fi; }\nf"), ["(iptables -F)"]);
    // One that calls itself ends.
    assert_eq!(ran("f() { f; iptables -F; }\nf").last().map(String::as_str), Some("iptables -F"));
}

#[test]
fn what_is_given_to_a_function_is_filled_in() {
    assert_eq!(
        ran(
            "A=1\nf() {\nlocal P=$2\niptables -A $1 --dport $P -s ${3} $A\n}\nf X 22 10.0.0.1\nA=2; f Y 23"
        ),
        ["iptables -A X --dport 22 -s 10.0.0.1 1", "iptables -A Y --dport 23 -s ${3} 2"]
    );
    let many = "-A X -p tcp -m tcp --dport 22 -m comment --comment c -j ACCEPT";
    let script = ["f() { iptables \"$@\"; }\nf ", many].concat();
    assert_eq!(ran(&script), [["iptables ", many].concat()]);
    assert_eq!(
        ran(
            "f() { iptables -A $1; }\nfor i in X Y; do f $i; done\ng() { for j in $*; do f $j; done; }\ng V W"
        ),
        ["iptables -A X", "iptables -A Y", "iptables -A V", "iptables -A W"]
    );
    assert_eq!(
        ran("f() { if [ $1 = on ]; then iptables -A X; return; fi; iptables -F; }\nf on\nf off"),
        ["iptables -A X", "iptables -F"]
    );
    let script =
        "f() {\nc=$1; shift\nfor p in \"$@\"; do iptables -A $c --dport $p; done\n}\nf X 22 80";
    assert_eq!(ran(script), ["iptables -A X --dport 22", "iptables -A X --dport 80"]);
    let script = "f() {\n[ -n \"$x\" ] && shift\niptables -A $1\n}\nf X Y";
    assert_eq!(ran(script), ["iptables -A $1"]);
    // What was given is gone behind it.
    assert_eq!(
        ran("f() { iptables -A $1; }\nf X; iptables -A $1"),
        ["iptables -A X", "iptables -A $1"]
    );
}
