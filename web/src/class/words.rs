//! The class's own words, in every language.

crate::words::words! {
    AddressOf => "The address of this step", "这一步的地址";
    AllMet => "{met} of {all} met", "达成 {met} / {all}";
    Amount => "{done} of {all} done", "已完成 {done} / {all}";
    AnswerVeiled => "the answer is veiled", "答案先盖住";
    AnswerTo => "the answer to packet {number}", "对第 {number} 个包的应答";
    AnswerToIt => "the answer to it", "它的应答";
    AnswersOne => "{count} answers, one is the kernel’s.", "{count} 个答案，只有一个是内核的。";
    AtPar => "at par", "达到标准杆";
    BackToRules => "My rules", "我的规则";
    Broken => "This lesson can’t be taught yet: look at line {line}. “chainwalk check” says what is wrong there.", "这一课还不能用：请看第 {line} 行。用 “chainwalk check” 可以查出问题。";
    Cancel => "Cancel", "取消";
    Characters => "{count} characters", "{count} 个字符";
    Choose => "Choose one.", "请选一个。";
    ClassView => "For the class", "课堂放映";
    Command => "A command", "输入命令";
    Commands => "Your commands", "你的命令";
    CommandsHelp => "Enter runs", "按回车执行";
    CommandsHelpUndo => "takes back", "撤回";
    CountHands => "count hands", "点人数";
    CountMore => "and {count} more", "还有 {count} 个";
    CopyText => "Copy as text", "复制为文本";
    Dialect => "Told in", "规则的写法";
    DoneCount => "done", "好了";
    ErrorAbout => "an ICMP error about packet {number}", "关于第 {number} 个包的 ICMP 错误";
    ErrorAboutIt => "an ICMP error about it", "关于它的 ICMP 错误";
    FateBy => "{fate} by {by}", "被 {by} {fate}";
    FateByPolicy => "{fate} by the policy of {by}", "被 {by} 的默认策略{fate}";
    FateDropped => "dropped", "丢弃";
    FateForwarded => "forwarded", "转发";
    FateLocal => "delivered here", "送达本机";
    FateOut => "out of {by}", "从 {by} 出去";
    FateRejected => "rejected", "拒绝";
    FateSent => "sent", "发出";
    FateWith => "with {by}", "回 {by}";
    FileName => "File", "文件";
    FirstGuess => "First guess", "第一次猜测";
    FurtherStep => "in step {step}", "在第 {step} 步";
    GoOn => "Go on: {title}, step {step}", "继续：{title}，第 {step} 步";
    Goals => "Goals", "目标";
    GoalDepends => "depends, so it does not count", "结果不确定，就不算达成";
    GoalMet => "met", "已达成";
    GoalMissed => "not met", "未达成";
    GuessMissed => "Not quite. See why.", "没猜中，看看为什么。";
    HandIn => "Hand in", "交作业";
    HandInStep => "Hand in step {step}", "交第 {step} 步的作业";
    HandInNote => "Nothing is sent. You save a file and give it to your teacher; it holds what is listed here and the text of the step.", "不会发送任何东西。存成文件，交给老师；文件里是这里列出的内容和这一步的文本。";
    HandsOne => "1 hand", "1 人举手";
    HandsUp => "Hands up.", "请举手。";
    HandsMany => "{count} hands", "共 {count} 人";
    Hint => "Hint", "提示";
    HintAnother => "Another hint", "再给一条提示";
    HintOf => "Hint {number} of {all}", "提示 {number} / {all}";
    KeptHere => "Kept in this browser only: best scores and first guesses, no names.", "只保存在此浏览器中：最好成绩和第一次猜测，不含姓名。";
    KeptNowhere => "This page is one file and stores nothing: save your progress before you close it.", "本页是单个文件，不保存任何东西：关闭前请保存进度。";
    KeyBack => "back to the picture", "回到画面";
    KeyCode => "code", "二维码";
    KeyNext => "next step", "下一步";
    KeyReveal => "reveal", "揭晓";
    KeyWalk => "walk", "走一遍";
    KeyWalkAgain => "walk again", "再走一遍";
    LessonLine => "Steps of the lesson", "本课的步骤";
    Lessons => "Lessons", "课程";
    LessonsIntro => "Small hosts, each with one thing to see. Any step may be opened at any time.", "一台台小主机，每台看懂一件事。任何一步随时都可以打开。";
    LetsIn => "lets in {count} beyond the goals", "目标之外多放行 {count} 个";
    Loading => "Opening the lessons …", "正在打开课程……";
    Map => "Map", "路径图";
    MissingLessons => "The lessons could not be fetched; you seem to be offline.", "课程没有下载成功，可能已经离线。";
    MoreCommands => "{count} commands", "{count} 条命令";
    NeverMeets => "This packet never meets {chain}.", "这个包不经过 {chain}。";
    NextLesson => "Next lesson: {title}", "下一课：{title}";
    NextStep => "Next: step {step}", "下一步：第 {step} 步";
    NextWord => "Next:", "接下来：";
    NoAccount => "No account.", "不用账号。";
    NoAccountIs => "What you type stays on your screen until you hand it in.", "你输入的内容只在你的屏幕上，直到你交作业。";
    NoAddress => "This file has no address that phones could open. Give them the file: it is all there.", "本文件没有手机能打开的地址。把文件发给大家即可：全都在里面。";
    NoNetwork => "No network?", "没有网络？";
    NoNetworkIs => "Open chainwalk.html, then Lessons, {title}, step {step}.", "打开 chainwalk.html，再依次打开「课程」、{title}、第 {step} 步。";
    NoSuchLesson => "There is no lesson “{name}” here.", "这里没有名为“{name}”的课程。";
    NotGuessed => "none", "没有";
    Now => "now:", "现在：";
    OfAll => "{number} of {all}", "{number} / {all}";
    OneCommand => "1 command", "1 条命令";
    OpenLesson => "Open a lesson file", "打开课程文件";
    OpenLessonIs => "A lesson that somebody wrote, or your saved progress", "别人写的课程，或者你保存的进度";
    OpenStep => "Open step {step}", "打开第 {step} 步";
    Opened => "opened from a file", "来自文件";
    Par => "par", "标准杆";
    ParIs => "Par is {count}.", "标准杆：{count}。";
    ParAbove => "{count} above par", "比标准杆多 {count} 条";
    ProgressSave => "Save my progress", "保存我的进度";
    Right => "You saw it coming.", "你猜中了。";
    Row => "Rules", "规则";
    RulesOf => "The rules and the host, as pasted", "主机和规则的原文";
    Runs => "runs as you leave the line", "离开这一行就执行";
    SaveFile => "Save file", "保存文件";
    SawItComing => "saw it coming", "猜中了";
    SeeItWalk => "See it walk", "看它走";
    ShutsOut => "shuts out {count} more", "另外多挡了 {count} 个";
    SolutionOf => "The author’s solution", "作者的答案";
    SolutionShow => "Show the solution", "看答案";
    Solved => "Solved", "完成";
    SolvedAtPar => "Solved, at par", "完成，达到标准杆";
    SolvedMore => "Solved. With the author’s solution these would fare otherwise:", "完成。但按作者的答案，下面这些的结果会不同：";
    SolvedWord => "solved", "已完成";
    StartOver => "Start over", "重新开始";
    Step => "Step {step}", "第 {step} 步";
    StepOf => "Step {step} of {title}", "{title}，第 {step} 步";
    StepsMany => "{count} steps", "共 {count} 步";
    Stop => "stop {number}", "第 {number} 站";
    StopOf => "{number} of {all}", "{number} / {all}";
    SyntaxIptables => "`-A C` adds last · `-I C 3` puts in as the third · `-R C 3` replaces · `-D C 3` deletes · `-P C DROP` sets the policy · `-t nat` another table", "`-A C` 加在最后 · `-I C 3` 插为第 3 条 · `-R C 3` 替换 · `-D C 3` 删除 · `-P C DROP` 改默认策略 · `-t nat` 换表";
    SyntaxNft => "`nft add rule inet filter C …` adds last · `insert rule` puts first · `replace rule … handle 4 …` and `delete rule … handle 4` take the number behind “# handle”", "`nft add rule inet filter C …` 加在最后 · `insert rule` 插到最前 · `replace rule … handle 4 …` 替换、`delete rule … handle 4` 删除，数字见 “# handle” 之后";
    TakeBack => "Take this command back", "撤回这条命令";
    Task => "Task", "任务";
    Veiled => "veiled", "已盖住";
    Walk => "Walk", "步骤";
    Wanted => "wanted:", "要求：";
    WantedStopped => "stopped", "被拦下";
    WantedThrough => "gets through", "能通过";
    WhatItHolds => "Commands", "命令";
    WordOpen => "open", "未做";
    YourName => "Your name", "你的姓名";
    YourTurn => "Your turn.", "轮到你了。";
}

/// A text with values in the places of their names.
pub(crate) fn filled(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&["{", name, "}"].concat(), value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::view::Lang;

    #[test]
    fn every_word_is_said_in_both_languages() {
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for key in ALL {
            let (en, zh) = (ui(Lang::En, *key), ui(Lang::Zh, *key));
            let same = en == "{number} of {all}";
            assert!(!en.trim().is_empty() && !en.chars().any(han), "{key:?}");
            assert!(same || zh.chars().any(han), "{key:?}");
            // What is filled in is filled in in both.
            let names = |text: &str| {
                let mut all: Vec<String> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|t| Some(t.split_once('}')?.0.to_owned()))
                    .collect();
                all.sort();
                all
            };
            assert_eq!(names(en), names(zh), "{key:?}");
        }
    }

    #[test]
    fn values_stand_in_the_places_of_their_names() {
        assert_eq!(filled("{a} of {b}", &[("a", "1"), ("b", "{a}")]), "1 of {a}");
    }
}
