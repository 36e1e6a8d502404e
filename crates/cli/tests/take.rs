//! A case walked, shared, and held to its claims.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const CASE: &str = "chainwalk: 1
packet: nc 192.0.2.1 22 from 192.0.2.9 in eth0
assume: eth0=192.0.2.1/24
assume: table=nat:accept
assume: table=mangle:accept
assume: table=raw:accept
ends: dropped by filter INPUT 1
by: 0.0.1
---
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 22 -j DROP
COMMIT
";

/// A folder of its own, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("chainwalk-take-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chainwalk")).args(args).output().unwrap()
}

fn out(done: &Output) -> String {
    String::from_utf8(done.stdout.clone()).unwrap()
}

#[test]
fn a_case_brings_its_packets_and_facts() {
    let folder = Folder::new("walk");
    let case = folder.write("ssh.walk.txt", CASE);
    let done = run(&["walk", &case]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(out(&done).contains("Dropped."), "{done:?}");
    // The line of the file, not of the paste below its head.
    assert!(out(&done).contains("[14]"), "{done:?}");
    let done = run(&["walk", &case, "--packet", "nc 192.0.2.1 80 from 192.0.2.9 in eth0"]);
    assert!(out(&done).contains("Delivered"), "{done:?}");
    let paste = folder.write("rules.txt", "-A INPUT -j DROP\n");
    assert_eq!(run(&["walk", &paste]).status.code(), Some(1));
}

#[test]
fn an_end_that_changed_is_told() {
    let folder = Folder::new("then");
    let case = folder.write("old.walk.txt", &CASE.replace("dropped by filter INPUT 1", "local"));
    let told = out(&run(&["walk", &case]));
    assert!(
        told.contains("When this was made (Chainwalk 0.0.1), packet 1 ended: local."),
        "{told}"
    );
    let case = folder.write("same.walk.txt", CASE);
    assert!(!out(&run(&["walk", &case])).contains("When this was made"));
}

#[test]
fn a_link_gives_back_the_case() {
    let folder = Folder::new("share");
    let case = folder.write("ssh.walk.txt", CASE);
    let link = out(&run(&["share", &case, "--base", "https://example.org/", "--at", "1/end"]));
    assert!(link.starts_with("https://example.org/#w1="), "{link}");
    let here = env!("CARGO_PKG_VERSION");
    assert!(link.ends_with(&format!("&at=1/end&by={here}\n")), "{link}");
    let expected = CASE.replace("by: 0.0.1", &format!("by: {here}"));
    assert_eq!(out(&run(&["share", "--read", link.trim()])), expected);
    let plain = out(&run(&["share", &case, "--as", "text"]));
    assert_eq!(out(&run(&["share", "--read", plain.trim()])), expected);
    let cut = run(&["share", "--read", &link[..link.len() - 40]]);
    assert_eq!(cut.status.code(), Some(1));
    assert!(String::from_utf8(cut.stderr).unwrap().contains("incomplete"));
}

#[test]
fn what_is_too_long_for_a_link_is_left_to_a_file() {
    let folder = Folder::new("long");
    let rules = (0..6_000_u32)
        .map(|n| {
            let (b, c, d) = (n % 251, n.wrapping_mul(7919) % 253, n % 241);
            format!("-A INPUT -s 10.{b}.{c}.{d} -j DROP")
        })
        .collect::<Vec<_>>()
        .join("\n");
    let case = folder.write("long.txt", &rules);
    assert_eq!(run(&["share", &case]).status.code(), Some(3));
}

#[test]
fn claims_are_held_and_written_anew() {
    let folder = Folder::new("check");
    folder.write("right.walk.txt", CASE);
    let dir = folder.0.to_str().unwrap().to_owned();
    let done = run(&["check", &dir]);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(out(&done), "1 cases, 1 claims: 0 do not hold, 0 depend\n");
    let wrong = CASE.replace("ends: dropped by filter INPUT 1", "ends: local");
    let page = folder.write("page.md", &format!("# A page\n\n```chainwalk\n{wrong}```\n"));
    let done = run(&["check", &dir]);
    assert_eq!(done.status.code(), Some(3), "{done:?}");
    assert!(
        out(&done).contains("page.md:10: packet 1 ends “dropped by filter INPUT 1”"),
        "{done:?}"
    );
    assert_eq!(run(&["check", "--fix", &dir]).status.code(), Some(0));
    let here = env!("CARGO_PKG_VERSION");
    let right = CASE.replace("by: 0.0.1", &format!("by: {here}"));
    assert_eq!(
        fs::read_to_string(page).unwrap(),
        format!("# A page\n\n```chainwalk\n{right}```\n")
    );
}

#[test]
fn a_claim_of_one_end_where_there_are_two_depends() {
    let folder = Folder::new("depends");
    let case = folder.write("open.walk.txt", &CASE.replace("assume: table=nat:accept\n", ""));
    let done = run(&["check", &case]);
    assert_eq!(done.status.code(), Some(2), "{done:?}");
    let silent =
        folder.write("silent.walk.txt", &CASE.replace("ends: dropped by filter INPUT 1\n", ""));
    assert_eq!(run(&["check", &silent]).status.code(), Some(0));
    assert_eq!(run(&["check", "--strict", &silent]).status.code(), Some(1));
}

#[test]
fn a_picture_is_drawn_still_moving_and_recorded() {
    let folder = Folder::new("draw");
    let case = folder.write("ssh.walk.txt", CASE);
    let draw = |name: &str, more: &[&str]| {
        let file = folder.0.join(name).to_str().unwrap().to_owned();
        let done = run(&[&["draw", &case, "-o", &file], more].concat());
        (done.status.code(), fs::read_to_string(file).unwrap_or_default())
    };
    let (code, still) = draw("still.svg", &[]);
    assert_eq!(code, Some(0));
    assert!(still.starts_with("<svg ") && still.contains("filter INPUT rule 1"), "{still}");
    assert!(!still.contains("@keyframes") && !still.contains("<metadata"));
    let (_, film) =
        draw("film.svg", &["--animate", "--rounds", "2", "--theme", "dark", "--size", "800x640"]);
    assert!(film.contains("@keyframes") && film.contains("width=\"800\" height=\"640\""));
    assert!(!film.contains("prefers-color-scheme"));
    let (_, zh) = draw("zh.svg", &["--lang", "zh"]);
    assert!(zh.contains("丢弃"), "{zh}");
    assert_eq!(draw("big.svg", &["--max-bytes", "1000"]), (Some(3), String::new()));
    assert_eq!(draw("no.gif", &[]), (Some(1), String::new()));
    assert_eq!(draw("no.svg", &["--at", "2/end"]).0, Some(1));
    draw("carry.svg", &["--carry"]);
    let (_, json) = draw("ssh.walk.json", &[]);
    assert!(json.starts_with("{\"chainwalk\":1,"), "{json}");
    let (_, bare) = draw("bare.walk.json", &["--bare"]);
    assert!(!bare.contains("iptables") && !bare.contains("\"case\""));
    let dir = folder.0.to_str().unwrap().to_owned();
    // The case, the picture that carries it, the recording's claim, and what these two show.
    assert_eq!(out(&run(&["check", &dir])), "3 cases, 5 claims: 0 do not hold, 0 depend\n");
}

#[test]
fn a_picture_that_is_no_longer_so_is_drawn_again() {
    let folder = Folder::new("redraw");
    let case = folder.write("ssh.walk.txt", CASE);
    for (name, more) in [
        ("still.svg", &["--at", "1/2", "--lang", "zh"][..]),
        ("film.svg", &["--animate", "--rounds", "2", "--theme", "dark", "--size", "800x640"]),
    ] {
        let file = folder.0.join(name).to_str().unwrap().to_owned();
        run(&[&["draw", &case, "-o", &file, "--carry"], more].concat());
        let drawn = fs::read_to_string(&file).unwrap();
        for (word, other) in [
            ("ends: dropped by filter INPUT 1", "ends: local"),
            ("</desc>", " </desc>"),
            ("by: ", "by: 0."),
        ] {
            fs::write(&file, drawn.replacen(word, other, 1)).unwrap();
            let stale = word != "by: ";
            let done = run(&["check", &file]);
            assert_eq!(done.status.code(), Some(if stale { 3 } else { 0 }), "{name}: {word}");
            assert_eq!(out(&done).contains("(--fix draws it)"), stale, "{done:?}");
            assert_eq!(run(&["check", "--fix", &file]).status.code(), Some(0), "{name}: {word}");
            assert!(fs::read_to_string(&file).unwrap() == drawn, "{name}: {word}");
        }
        let silent = drawn.split_once(" data-drawn=\"").unwrap();
        let (_, rest) = silent.1.split_once('"').unwrap();
        let silent = [silent.0, rest].concat().replacen("ends: dropped", "ends: rejected", 1);
        fs::write(&file, &silent).unwrap();
        let done = run(&["check", "--fix", &file]);
        assert_eq!(done.status.code(), Some(3));
        assert!(out(&done).contains("(draw it again)"), "{done:?}");
        assert!(fs::read_to_string(&file).unwrap() == silent, "nobody knows how it was drawn");
    }
}

#[test]
#[cfg(feature = "png")]
fn a_png_is_drawn_and_carries_its_case() {
    let folder = Folder::new("png");
    let case = folder.write("ssh.walk.txt", CASE);
    let draw = |name: &str, more: &[&str]| {
        let file = folder.0.join(name).to_str().unwrap().to_owned();
        let done = run(&[&["draw", &case, "-o", &file], more].concat());
        let said = String::from_utf8(done.stderr).unwrap();
        (done.status.code(), fs::read(&file).unwrap_or_default(), said)
    };
    let size = |bytes: &[u8]| {
        let info = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        (info.info().width, info.info().height)
    };
    let pixel = |bytes: &[u8]| {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels[pixels.len() / 2..][..4].to_owned()
    };
    let (code, light, said) = draw("light.png", &[]);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_eq!(size(&light), (1440, 1198), "two pixels for one of CSS");
    let (code, none, said) = draw("film.png", &["--animate"]);
    assert_eq!((code, none.len()), (Some(1), 0));
    assert!(said.contains("does not move"), "{said}");

    let (_, carrying, _) = draw("carry.png", &["--carry", "--theme", "dark"]);
    assert_ne!(pixel(&light), pixel(&carrying));
    // As the page looks for it: uncompressed, in no language.
    let keyword = b"iTXtchainwalk\0\0\0\0\0chainwalk:";
    assert!(carrying.windows(keyword.len()).any(|bytes| bytes == keyword));
    let check = |name: &str| out(&run(&["check", folder.0.join(name).to_str().unwrap()]));
    assert_eq!(check("carry.png"), "1 cases, 1 claims: 0 do not hold, 0 depend\n");
    assert_eq!(check("light.png"), "0 cases, no claim in them\n");

    // One that shows what is no longer so.
    let here = env!("CARGO_PKG_VERSION");
    let told = CASE.replace("by: 0.0.1", &format!("by: {here}"));
    let stale = |how: Option<&str>| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
        let wrong = told.replace("ends: dropped by filter INPUT 1", "ends: local");
        encoder.add_itxt_chunk("chainwalk".into(), wrong).unwrap();
        if let Some(how) = how {
            encoder.add_itxt_chunk("chainwalk drawn".into(), how.into()).unwrap();
        }
        encoder.write_header().unwrap().write_image_data(&[0]).unwrap();
        let file = folder.0.join("stale.png").to_str().unwrap().to_owned();
        fs::write(&file, bytes).unwrap();
        (out(&run(&["check", &file])), run(&["check", "--fix", &file]).status.code(), file)
    };
    let (said, code, file) = stale(Some("at=1/end lang=en theme=dark"));
    assert!(said.contains("(--fix draws it)"), "{said}");
    assert_eq!(code, Some(0));
    assert!(fs::read(file).unwrap() == carrying, "it is as if it were drawn today");
    let (said, code, _) = stale(None);
    assert!(said.contains("(draw it again)") && code == Some(3), "{said}");
}

#[test]
fn a_walk_is_told_as_markdown_with_its_case() {
    let folder = Folder::new("markdown");
    let case = folder.write("ssh.walk.txt", CASE);
    let done = run(&["walk", &case, "--markdown"]);
    assert_eq!(done.status.code(), Some(0));
    let page = out(&done);
    assert!(
        page.starts_with("## `nc 192.0.2.1 22 from 192.0.2.9 in eth0`\n\n**Dropped."),
        "{page}"
    );
    assert!(page.contains("| ✗ | 1 | `tcp dport 22` · **DROP** | |"), "{page}");
    assert_eq!(run(&["walk", &case, "--markdown", "--json"]).status.code(), Some(1));
    folder.write("page.md", &page);
    let done = run(&["check", folder.0.join("page.md").to_str().unwrap()]);
    assert_eq!(out(&done), "1 cases, 1 claims: 0 do not hold, 0 depend\n");
}

#[test]
#[cfg(feature = "png")]
fn a_case_becomes_a_page_with_a_card() {
    let folder = Folder::new("page");
    let case = folder.write("My ssh.walk.txt", CASE);
    let none = folder.write("none.txt", "*filter\nCOMMIT\n");
    // Its ending is not all that stands behind a full stop.
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../lessons");
    let lesson = |name: &str| root.join(name).to_str().unwrap().to_owned();
    let (one, other) = (lesson("02-policy.lesson.txt"), lesson("02-policy.nft.lesson.txt"));
    let pages = folder.0.join("e");
    let site = "https://example.org/c/";
    let to = pages.to_str().unwrap();
    let done = run(&["page", &case, &none, &one, &other, &one, "--site", site, "-o", to]);
    assert_eq!(done.status.code(), Some(1), "one of them is none, and one is there twice");
    assert!(String::from_utf8(done.stderr.clone()).unwrap().contains("02-policy already"));
    let names = ["my-ssh", "02-policy", "02-policy-nft"];
    let told = names.map(|name| format!("https://example.org/c/e/{name}/\n"));
    assert_eq!(out(&done), told.concat());
    for name in names {
        let card = fs::read(pages.join(name).join("card.png")).unwrap();
        let info = png::Decoder::new(std::io::Cursor::new(card)).read_info().unwrap();
        assert_eq!((info.info().width, info.info().height), (2400, 1260), "{name}");
    }
    let lesson = fs::read_to_string(pages.join("02-policy-nft/index.html")).unwrap();
    assert!(lesson.contains("https://example.org/c/#lesson=policy.nft/1&amp;by="), "{lesson}");
    let made = pages.join("my-ssh");
    let index = fs::read_to_string(made.join("index.html")).unwrap();
    for file in ["card.png", "oembed.json"] {
        assert!(index.contains(&format!("{site}e/my-ssh/{file}")), "{file}: {index}");
        assert!(made.join(file).exists(), "{file}");
    }
    assert!(index.contains("src=\"walk.svg\"") && made.join("walk.svg").exists());
}

#[test]
fn an_address_is_drawn_as_a_code() {
    let folder = Folder::new("code");
    let case = folder.write("ssh.walk.txt", CASE);
    let done = run(&["share", &case, "--base", "https://example.org/", "--as", "qr"]);
    assert_eq!(done.status.code(), Some(0));
    let (drawn, edges) = (out(&done), ["██", "▀▀"]);
    let quiet = |l: &str| edges.iter().any(|edge| l.starts_with(edge) && l.ends_with(edge));
    assert!(drawn.lines().all(quiet), "{drawn}");
    let long = folder.write("long.walk.txt", &format!("{CASE}# {}\n", words()));
    assert_eq!(run(&["share", &long, "--as", "qr"]).status.code(), Some(3));
}

/// A text that can't be packed into a code.
fn words() -> String {
    let numbers = (0..600_u32).map(|n| n.wrapping_mul(2_654_435_761).to_string());
    numbers.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_picture_of_the_readme_is_what_its_command_draws() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let line = readme.lines().find(|l| l.starts_with("chainwalk draw web/")).unwrap();
    let mut args: Vec<&str> = line.split(' ').skip(1).collect();
    let file = args.pop().unwrap();
    args.push("-.svg");
    let done = Command::new(env!("CARGO_BIN_EXE_chainwalk"))
        .args(args)
        .current_dir(&root)
        .output()
        .unwrap();
    let kept = fs::read_to_string(root.join(file)).unwrap();
    assert!(kept.len() <= 100_000, "{} bytes are much for a README", kept.len());
    assert!(out(&done) == kept, "{file} is not what `{line}` draws today");
}

#[test]
fn the_papers_hold_to_what_they_say_and_one_word_turns_them_red() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let check = |paths: &[&str]| {
        let mut all = Command::new(env!("CARGO_BIN_EXE_chainwalk"));
        all.arg("check").args(paths).current_dir(&root).output().unwrap()
    };
    let done = check(&["docs", "README.md"]);
    assert_eq!(done.status.code(), Some(0), "{}", out(&done));
    assert!(!out(&done).contains("no claim"), "{}", out(&done));
    let folder = Folder::new("papers");
    for (name, word, other) in [
        ("figures.md", "ends: dropped by filter INPUT 1", "ends: rejected by filter INPUT 1"),
        ("post.html", "filter FORWARD rule 6 matches", "filter FORWARD rule 5 matches"),
    ] {
        let text = fs::read_to_string(root.join("docs").join(name)).unwrap();
        let wrong = text.replacen(word, other, 1);
        assert_ne!(wrong, text, "{name} does not say {word}");
        let copy = folder.write(name, &wrong);
        assert_eq!(check(&[&copy]).status.code(), Some(3), "{name}");
    }
}

#[test]
fn a_figure_and_a_frame_are_printed_for_a_page() {
    let folder = Folder::new("embed");
    let case = folder.write("ssh.walk.txt", CASE);
    let html = out(&run(&["share", &case, "--as", "html", "--base", "https://example.org/c/"]));
    assert!(
        html.starts_with("<script type=\"module\" src=\"https://example.org/c/chain-walk.js\">"),
        "{html}"
    );
    let page = folder.write("page.html", &html);
    assert_eq!(run(&["check", &page]).status.code(), Some(0));
    let frame = out(&run(&["share", &case, "--as", "iframe"]));
    assert!(frame.starts_with("<iframe src=\"embed.html#w1="), "{frame}");
    assert!(frame.contains("title=\"Dropped. nc hangs"), "{frame}");
}

#[test]
fn the_packet_that_is_asked_for_is_in_the_figure() {
    let folder = Folder::new("at");
    let second = "packet: nc 192.0.2.1 80 from 192.0.2.9 in eth0\nassume: eth0";
    let case = folder.write("two.txt", &CASE.replacen("assume: eth0", second, 1));
    for (at, line) in [("1/end", "nc 192.0.2.1 22 from"), ("2/end", "nc 192.0.2.1 80 from")] {
        let html = out(&run(&["share", &case, "--as", "html", "--at", at]));
        assert!(html.contains(&format!("\"line\":\"{line}")), "{at}: {html}");
    }
}

#[test]
fn no_text_steers_the_terminal() {
    let folder = Folder::new("steer");
    let evil = "\u{1b}[31m\u{9b}2J";
    let case = CASE
        .replacen("chainwalk: 1\n", &format!("chainwalk: 1\ntitle: a{evil}b\n"), 1)
        .replace(":OUTPUT", &format!(":X{evil} - [0:0]\n:OUTPUT"))
        .replace(
            "-j DROP",
            &format!("-m comment --comment \"y{evil} z\" -j X{evil}\n-A INPUT -j DROP"),
        );
    let file = folder.write(&format!("a{evil}.txt"), &case);
    for args in [
        &["walk", &file][..],
        &["walk", &file, "--json"],
        &["walk", &file, "--changes"],
        &["read", &file],
        &["read", &file, "--json"],
        &["read", &file, "--as", "save"],
        &["share", &file, "--as", "markdown"],
        &["share", &file, "--as", "html"],
        &["share", &file, "--as", "iframe"],
        &["draw", &file, "-o", "-.svg", "--carry"],
        &["draw", &file, "-o", "-.walk.json"],
        &["draw", &file, "-o", "no.gif"],
        &["anonymise", &file],
        &["check", &file],
        &["check", "--json", &file],
        &["walk", &[&file, "x"].concat()],
    ] {
        let done = run(args);
        for said in [&done.stdout, &done.stderr] {
            let said = String::from_utf8(said.clone()).unwrap();
            let steers = said.contains(|c: char| c.is_control() && c != '\n' && c != '\t');
            assert!(!steers, "{args:?}: {said:?}");
        }
    }
}
