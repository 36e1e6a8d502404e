//! The page's own words: buttons, labels and the texts of its empty states, in every language.
//!
//! Sentences about packets and rules are not here; they come finished from the view.

/// The words of a part of the page: `Key`, and `ui`, which tells one in a language.
macro_rules! words {
    ($($(#[$doc:meta])* $key:ident => $en:literal, $zh:literal;)*) => {
        /// A word or sentence of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Key { $($key,)* }

        #[cfg(test)]
        pub(crate) const ALL: &[Key] = &[$(Key::$key,)*];

        /// The text of a key.
        pub fn ui(lang: chainwalk::view::Lang, key: Key) -> &'static str {
            use chainwalk::view::Lang;
            match (key, lang) {
                $((Key::$key, Lang::En) => $en, (Key::$key, Lang::Zh) => $zh,)*
            }
        }
    };
}
pub(crate) use words;

words! {
    Added => "Added {lines} lines below.", "已在下方添加 {lines} 行。";
    AddAssumption => "Add", "添加";
    AddFact => "Add an address, route or setting", "添加地址、路由或设置";
    AddFactExample => "eth0=10.0.0.2/24", "eth0=10.0.0.2/24";
    AddFactForms => "eth0=10.0.0.2/24 · local=10.0.0.9 · route=default via 10.0.0.1 dev eth0 · net.ipv4.ip_forward=1 · table=nat:accept", "eth0=10.0.0.2/24 · local=10.0.0.9 · route=default via 10.0.0.1 dev eth0 · net.ipv4.ip_forward=1 · table=nat:accept（接口地址、本机地址、路由、内核参数、未粘贴的表）";
    AddressPlaceholder => "any", "任意";
    Again => "Send it again", "再发一次";
    Ahead => "still to come", "尚未走到";
    AllUnderstood => "all understood", "全部读懂";
    Answer => "Answer", "结论";
    AnswerOfOldQuestion => "This is the answer from before the change.", "这仍是改动之前的结论。";
    AnswerOfOldText => "This is the answer to the text before.", "这仍是上一份文本的结论。";
    BarePicture => "This picture carries no rules. Ask for the link or the file of the walk.", "这张图片不含规则。请索取该路径的链接或文件。";
    Before => "before the change", "改动前";
    ByMeaning => "Meaning", "含义";
    ByName => "Raw names", "原名";
    CardClose => "Close the rules", "收起规则";
    CardMore => "More rules", "更多规则";
    CardNotAsked => "not asked", "未检查";
    CardOpen => "Why?", "为什么？";
    CardThen => "then", "则";
    CardToLine => "Show its line", "跳到所在行";
    ChainNames => "What chains are called", "链的称呼";
    Changes => "Changes", "改动";
    ChangesMade => "Changes made", "已作的改动";
    ClearHint => "Clear everything", "全部清除";
    Close => "Close", "关闭";
    CollectorHint => "For the full picture, run this on the host and paste everything it prints:", "想要完整的图景，请在主机上运行下面的命令，把输出全部粘贴进来：";
    Copied => "Copied", "已复制";
    Copy => "Copy", "复制";
    CopyCollector => "Copy the command that prints all of this", "复制输出全部信息的命令";
    CrashedDetail => "Your paste is safe. The part that reads and walks was restarted; change something or try again.", "粘贴的内容还在。负责读取和推演的部分已经重新启动，修改内容或者再试一次。";
    CrashedHeadline => "Chainwalk itself failed; your rules did not cause it.", "这是 Chainwalk 自身的故障，与你的规则无关。";
    Drawing => "Diagram of the walk", "路径图";
    DividerHint => "Drag, or use the arrow keys; Enter folds, a double click resets", "拖动或用方向键调整；回车折叠，双击复原";
    DropHere => "Drop the file to read it", "松开鼠标读取文件";
    EdgeHost => "Height of this host", "本机区域的高度";
    EdgeLeft => "Width of the paste", "粘贴区域的宽度";
    EdgeRight => "Width of the walk", "步骤列表的宽度";
    Edit => "Change", "修改";
    EmptyDetail => "Paste the output of iptables-save, iptables -nvL or nft list ruleset, and what describes the host: ip addr, ip route, brctl show. Prompts and comments in between are fine.", "iptables-save、iptables -nvL 或 nft list ruleset 的输出，加上主机的情况：ip addr、ip route、brctl show。中间夹着提示符和说明文字也没关系。";
    EmptyHeadline => "Paste everything at once, in any order", "一次全部粘贴，顺序随意";
    DropInstead => "It takes the example's place.", "将替换示例。";
    Example => "Example", "示例";
    ExampleShut => "Hide the answer", "收起答案";
    ExampleWhy => "Show the answer", "看答案";
    ExampleNext => "Next example", "下一个示例";
    Examples => "Examples", "示例";
    FieldFrom => "from", "来自";
    FieldOn => "on", "经由";
    FieldThisHost => "this host", "本机";
    SentHere => "assuming this host sends it itself", "假定由本机自己发出";
    FromOutside => "From outside", "改为从外部发来";
    FollowPacket => "Follow the packet", "跟随数据包";
    FillOpen => "left open", "未填写";
    FillPlace => "place", "处";
    FillPlaces => "places", "处";
    FillTitle => "Left open in the paste", "粘贴内容中未填写的值";
    Filling => "Taking the text …", "正在放入文本……";
    Find => "Find in the paste", "在粘贴内容中查找";
    FindInWalk => "Find in the walk", "在步骤列表中查找";
    FindNext => "Next hit", "下一处";
    FindNone => "not found", "没有找到";
    FindPrev => "Previous hit", "上一处";
    EditChange => "Word this change otherwise", "改写这个改动";
    FollowHere => "Press to follow this path", "点击走这条路径";
    FollowIt => "Follow it", "跟随它";
    Fold => "Collapse", "折叠";
    Forget => "Remove", "移除";
    FormAddress => "Source address", "源地址";
    FormDestination => "To", "目的地址";
    FormDport => "Port", "端口";
    FormFlags => "TCP flags", "TCP 标志";
    FormIcmp => "ICMP type", "ICMP 类型";
    FormKind => "Kind", "类型";
    FormMark => "Mark", "标记";
    FormMore => "More options", "更多选项";
    FormSport => "From port", "源端口";
    FormTtl => "TTL", "TTL";
    FormFields => "The packet’s fields", "数据包的各个字段";
    FormInterface => "Arrives at interface", "进入的接口";
    FormLocal => "This host sends it", "由本机发出";
    FormOutside => "Another host sends it", "由其他主机发出";
    Gloss => "Explanation", "解释";
    GlossBefore => "Previous word", "上一个词";
    GlossBehind => "Next word", "下一个词";
    GlossMan => "Manual:", "手册：";
    GlossNone => "No word here has an explanation.", "这里没有可以解释的词。";
    GuessesDashed => "dashed = guessed", "虚线 = 推测";
    GuestBack => "Back to mine", "回到我的内容";
    GuestHere => "You are looking at a walk from a link.", "你正在看链接带来的内容。";
    GuestKeep => "Keep this one", "保留这一份";
    GuestKept => "Yours is kept.", "自己的内容仍保留着。";
    GoToLines => "Press to show its lines", "点击查看所在行";
    GoToStep => "Press to go to step {step}", "点击转到第 {step} 步";
    Help => "Keys", "快捷键";
    HelpPane => "Next part of the page; with ⇧ the one before", "页面的下一部分；加 ⇧ 为上一部分";
    HelpProblem => "Next line that could not be read; with ⇧ the one before", "下一处无法读取的行；加 ⇧ 为上一处";
    HelpEscape => "Close what is open; go back", "关闭打开的内容；返回";
    HelpEnds => "First step, last step", "第一步、最后一步";
    HelpField => "Packet field", "数据包输入框";
    HelpGloss => "In the walk: explain the row’s words; ← → go on, Esc ends", "步骤列表中：解释该行的词；← → 换词，Esc 结束";
    HelpGlossText => "In the paste: explain the word at the cursor", "粘贴区中：解释光标处的词";
    HelpHook => "Previous hook, next hook", "上一个、下一个钩子";
    HelpFate => "Read the result", "读出结果";
    HelpSay => "Screen reader: each rule, each chain, or the result", "读屏：每条规则、每条链，或只读结果";
    HelpLoop => "Repeat", "循环播放";
    HelpShare => "Share", "分享";
    HelpFull => "The drawing alone, on the whole screen", "图示独占全屏";
    HelpZoom => "Zoom in, out, fit", "放大、缩小、适应";
    HelpMatches => "Stop only where something matches", "只停在匹配之处";
    HelpPlay => "Play, pause", "播放、暂停";
    HelpStep => "Previous step, next step", "上一步、下一步";
    HelpUndo => "In the paste: undo, redo", "在粘贴内容中：撤销、重做";
    HelpThis => "These keys", "本帮助";
    HelpTree => "In the walk: previous row, next row", "步骤列表中：上一行、下一行";
    HelpTreeLine => "In the walk: go to the row’s line of the paste", "步骤列表中：跳到该行在粘贴内容中的位置";
    HelpTreeOpen => "In the walk: collapse or expand a rule or a chain", "步骤列表中：收起、展开规则或链";
    HintDrawing => "The packet’s way through the kernel. Press a station or a rule to go there; Space plays.", "数据包在内核中走过的路。点按任意一站或一条规则即可前往，空格键播放。";
    HintRead => "Got it", "知道了";
    HintWalk => "Every rule the packet met, in order. Press one to see its line in the paste; the arrow says why it matched.", "数据包依次遇到的每条规则。点按一条可看到它在粘贴内容中的行，箭头说明为何匹配。";
    InsertRule => "insert a rule here", "在此插入规则";
    Install => "Install", "安装";
    InstallIs => "A window of its own, opens .walk.txt files", "独立窗口，可打开 .walk.txt 文件";
    KeepsFile => "Nothing you paste leaves this file.", "粘贴的内容不会离开本文件。";
    KeepStopped => "it should be stopped", "应当拦下";
    KeepThrough => "it should get through", "应当通过";
    KeptInNoFile => "It stores nothing: a reload starts anew.", "本文件不保存任何东西：刷新后将从头开始。";
    KeptNot => "This browser stores nothing: a reload starts afresh.", "浏览器不允许保存：刷新后将从头开始。";
    KeptNewer => "A newer Chainwalk kept this; what this version knows of it was read.", "这是较新版本的 Chainwalk 保存的，此版本认识的部分已读入。";
    KeptNoPaste => "Longer than 2 MB: a reload forgets the paste.", "超过 2 MB：刷新后不会保留粘贴内容。";
    KeepsHere => "Nothing you paste leaves this page.", "粘贴的内容不会离开本页面。";
    ListBranches => "Press to list them all in the walk", "点击在步骤列表中全部列出";
    LangOther => "中文", "EN";
    LangOtherName => "切换到中文", "Switch to English";
    Lines => "lines", "行";
    LinkNoCase => "The text in this link is not a walk.", "链接里的文本不是推演案例。";
    LinkNoExample => "There is no example called", "没有这个示例：";
    LinkNoFile => "This copy could not read the file", "此副本无法读取文件：";
    Loop => "Repeat", "循环播放";
    MakeChange => "Try it", "试试";
    ManyPackets => "packets", "个数据包";
    Map => "Map", "路径图";
    MoreBranches => "and {count} more", "另有 {count} 条";
    MatchesOnly => "Stop only where something matches", "只停在匹配之处";
    MissingDetail => "The part that reads and walks could not be loaded; you seem to be offline. Your paste is safe.", "负责读取和推演的部分没有下载成功，可能已经离线。粘贴的内容还在。";
    MissingHeadline => "Chainwalk has not loaded completely.", "Chainwalk 还没有完全加载。";
    MomentsPick => "Which moment is walked", "推演哪一时刻";
    More => "More", "更多";
    NewerHere => "A newer Chainwalk is here.", "Chainwalk 有新版本。";
    NewerStays => " Your work stays.", "你的内容会保留。";
    NewerUse => "Use it now", "立即使用";
    NextHook => "Next hook", "下一个钩子";
    NextStep => "Next step", "下一步";
    NoMatch => "did not match", "不匹配";
    NothingDetail => "Rules: iptables-save, iptables -nvL or nft list ruleset. The host around them: ip addr, ip route, brctl show. At least one table of rules is needed.", "规则：iptables-save、iptables -nvL 或 nft list ruleset；主机：ip addr、ip route、brctl show。至少需要一个规则表。";
    NothingHeadline => "What you can paste", "可以粘贴什么";
    Now => "now", "现在";
    NowAsIs => "as it is", "现状";
    OffersNotDone => "The paste goes on with commands that are not counted as done:", "粘贴的内容后面还有命令，暂不视为已执行：";
    OffNetwork => "Works without a network", "没有网络也能用";
    OffNetworkAll => "All of it is in this browser.", "全部内容已在此浏览器中。";
    OffNetworkFile => "All of it is in this file.", "全部内容都在这个文件里。";
    OffNetworkNotYet => "Not all of it is here yet.", "还没有全部下载完。";
    OneFile => "one file", "单个文件";
    OneFileIs => "This page is one file and ", "本页是单个文件，";
    OneFileKeepsNothing => "stores nothing", "不保存任何东西";
    OneFileSave => ". Save before you close it; a saved walk is dropped here to open it again.", "。关闭前请先保存；把保存的文件拖到这里即可再次打开。";
    OneLine => "1 line", "1 行";
    OnePacket => "1 packet", "1 个数据包";
    OpenFile => "Open a file", "打开文件";
    OrExample => "Or start from an example:", "或者从示例开始：";
    Outcome => "the path to follow", "选择要跟随的路径";
    OverBack => "Overview", "总览";
    OverBroken => "no endpoints", "没有端点";
    OverChains => "Tables and chains", "表与链";
    OverEndpoints => "endpoints", "端点";
    OverEveryNode => "Open on every node", "每个节点都开放";
    OverFind => "Find by name, address or port", "按名称、地址或端口查找";
    OverGroups => "What the paste holds", "粘贴内容概览";
    OverInside => "in the cluster only", "仅集群内";
    OverJumps => "rules jump here", "条规则跳转到这里";
    OverLikely => "Likely: it rests on what was not pasted.", "很可能如此：依赖未粘贴的内容。";
    OverMore => "more", "更多";
    OverNamespace => "namespace", "命名空间";
    OverNoEndpoints => "No endpoints: refused", "没有端点：被拒绝";
    OverNothing => "No way in, out or through is named by the rules.", "规则没有指明任何进入、外出或穿过的路径。";
    OverOnNodes => "on a port of every node too", "每个节点的端口上也开放";
    OverOrType => "Or type the command that fails in the field above.", "也可以在上方的输入框中键入失败的那条命令。";
    OverPackets => "Packets to ask for", "可以问的数据包";
    OverPorts => "ports", "端口";
    OverRow => "a row with a mark is a packet: click to send it", "带标记的行是数据包：点击即发送";
    OverRule => "1 rule", "1 条规则";
    OverRules => "rules", "条规则";
    OverSayIt => "Say it", "填写地址";
    OverServices => "Services", "服务";
    OverStandsFor => "stands for this host: none of its addresses was pasted.", "代表本机：没有粘贴它的任何地址。";
    OverTried => "each tried already", "均已试走";
    OverTrying => "trying them", "正在试走";
    OverWho => "Who gets in, and where to", "谁能进来，去往何处";
    Packet => "Packet", "数据包";
    PacketPlaceholder => "curl 10.0.0.2:80", "curl 10.0.0.2:80";
    Packets => "Packets", "数据包";
    Paste => "Paste", "粘贴";
    PasteHere => "Paste rules here, or drop a file", "在此粘贴规则，或拖入文件";
    PasteOwn => "Paste your own", "粘贴你的规则";
    PasteText => "Pasted rules and facts", "粘贴的规则和事实";
    Pause => "Pause", "暂停";
    Play => "Play", "播放";
    Player => "Player", "播放控制";
    Position => "Step", "步骤";
    PrevHook => "Previous hook", "上一个钩子";
    PrevStep => "Previous step", "上一步";
    NarrowPaste => "Back to the diagram", "返回图示";
    EnterTries => "Press Enter to try this command on the rules", "按 Enter 在这些规则上试用这条命令";
    MoreAlike => "{count} more like it", "另有 {count} 处相同";
    Problems => "to look at", "处需要留意";
    PromiseForget => "Remove this promise", "移除这条承诺";
    PromiseKeep => "A promise for this packet:", "给这个数据包一条承诺：";
    PromiseLine => "line", "行";
    PromiseNow => "now", "现在";
    PromiseOpen => "depends", "视情况而定";
    PromiseShould => "should", "应当";
    PromiseSo => "It should be so", "就该这样";
    PromiseStopped => "be stopped", "拦下";
    PromiseThrough => "get through", "通过";
    PromiseUnread => "This packet can’t be read here.", "这里读不懂这个数据包。";
    PromiseWalk => "Walk it", "走一遍";
    Promises => "Promises", "承诺";
    PromisesBreak => "{broken} of {all} promises break.", "{all} 条承诺中有 {broken} 条未守住。";
    PromisesDepend => "{open} of {all} promises depend on what is not known.", "{all} 条承诺中有 {open} 条取决于未知的情况。";
    PromisesHold => "All {all} promises hold.", "{all} 条承诺全部守住。";
    PromisesKept => "kept", "守住";
    PromisesNot => "broken", "未守住";
    PromisesRun => "Walked again after every change. They travel with link and file.", "每次改动后重新走一遍；随链接和文件一起带走。";
    Reading => "Reading …", "正在读取……";
    ReadingText => "Reading the new text …", "正在读取新的文本……";
    Redo => "Redo", "重做";
    Remark => "remark", "条备注";
    Remarks => "remarks", "条备注";
    ReplaceInstead => "Replace instead", "改为替换";
    ReplacedAgain => "Keep it", "保留";
    ReplacedBack => "Back", "返回";
    ReplacedComment => "Comment", "注释";
    ReplacedDone => "The names in it are replaced.", "其中的名称已替换。";
    ReplacedHost => "Host", "主机";
    ReplacedHostsKept => "The walk needs the address in a host’s name:", "推演需要主机名中的地址：";
    ReplacedId => "Docker’s id", "Docker 的标识";
    ReplacedImage => "Image", "镜像";
    ReplacedInterface => "Interface", "接口";
    ReplacedKept => "Kept", "保留";
    ReplacedKeptWhat => "private addresses, ports, counters, and the names that many machines have.", "私有地址、端口、计数器，以及许多机器都有的名称。";
    ReplacedKeptLess => "ports, counters, the networks that Docker and Kubernetes give to every machine, and the names that many machines have.", "端口、计数器、Docker 与 Kubernetes 给每台机器的网段，以及许多机器都有的名称。";
    ReplacedLog => "Log prefix", "日志前缀";
    ReplacedMac => "MAC address", "MAC 地址";
    ReplacedMine => "Keep the originals", "保留原文";
    ReplacedMissing => "Not found in it:", "其中没有：";
    ReplacedName => "Name", "名称";
    ReplacedNamespace => "Namespace", "命名空间";
    ReplacedNew => "new", "新";
    ReplacedNotStored => "Nothing of this table is stored.", "本表不会被保存。";
    ReplacedNothing => "Nothing in it tells whose it is.", "其中没有能看出归属的内容。";
    ReplacedOften => "times", "次数";
    ReplacedOld => "old", "旧";
    ReplacedOpaque => "values that are not looked into:", "未作检查的取值：";
    ReplacedPrivate => "Private address", "私有地址";
    ReplacedPublic => "Public address", "公网地址";
    ReplacedService => "Service", "服务";
    ReplacedShare => "Share the replaced text", "分享替换后的文本";
    ReplacedShuffled => "The new addresses do not read as examples: there are more networks than those of examples.", "新地址看起来不像示例：网络的数量超过了示例网段。";
    ReplacedTakenOut => "Taken out", "已移除";
    ReplacedTells => "May still tell", "仍可能透露";
    ReplacedTellsWhat => "which ports are open, and how much went through them.", "哪些端口开放，以及流量大小。";
    ReplacedToo => "A word, too:", "另外替换词：";
    ReplacedTooDo => "Replace", "替换";
    ReplacedTooPrivate => "private addresses, too", "私有地址也替换";
    ReplacedUser => "User", "用户";
    ReplacedWhat => "What is replaced", "替换了什么";
    ReplacedWord => "Word", "词";
    ReplacedWorking => "Walking it again …", "正在重新推演……";
    Reply => "Follow the reply", "跟随应答";
    ReplyTo => "the answer to {number}", "对 {number} 的应答";
    RulesMatched => "matched", "条匹配";
    RuleTried => "rule tried", "条规则被检查";
    RulesTried => "rules tried", "条规则被检查";
    Said => "You said", "你的补充";
    Save => "Save", "保存";
    SavedAs => "Saved", "已保存";
    SavedDrop => ". Drop it on this page to go on.", "。把它拖到本页即可继续。";
    SaveNow => "Save now", "立即保存";
    SaveOneFile => "Save as one file", "存成单个文件";
    SaveOneFileIs => "Everything in chainwalk.html, for a stick or a mail", "全部装进 chainwalk.html，可放入 U 盘或作为邮件附件";
    SaveWalk => "Save this walk", "保存这条路径";
    SaveWalkIs => "What was pasted, sent and said, as a file to open here", "把粘贴的内容、数据包和补充存成文件，可在这里打开";
    SayChains => "each chain", "每条链";
    SayFate => "the result only", "只读结果";
    SayRules => "each rule", "每条规则";
    ScreenReader => "Screen reader reads", "读屏时读出";
    Scrubber => "Timeline of the walk", "时间线";
    Searching => "Trying changes …", "正在逐个试改动……";
    Send => "Send", "发送";
    Share => "Share", "分享";
    ShareAnswer => "the answer, for programs", "供程序使用的结论";
    ShareAsMarkdown => "Copy as Markdown", "复制为 Markdown";
    ShareAsReader => "As the reader", "随读者";
    ShareAsText => "the walk as text", "以文字描述的路径";
    ShareCarries => "Dropped on this page, the picture then opens as this walk.", "把图片拖到本页，即可打开这条路径。";
    ShareCarry => "carry the rules in the picture", "在图片中附带规则";
    ShareCharacters => "characters", "个字符";
    ShareColours => "Colours", "配色";
    ShareEmbed => "Embed", "嵌入";
    ShareFence => "a block for a page; “chainwalk check” replays it", "页面中的代码块，“chainwalk check”可以重放校验";
    ShareFigure => "the figure, as an element of a page; it plays the recording", "网页中的图形元素，播放录制内容";
    ShareFile => "File", "文件";
    ShareHere => "at this step", "停在这一步";
    ShareHolds => "The link itself holds everything, and whoever has it can read it. Your browser’s history keeps it.", "内容全在链接里，拿到链接的人都能看到；浏览器的历史记录会留下它。";
    ShareLink => "Link", "链接";
    ShareLong => "some chat programs cut long links", "有些聊天软件会截断长链接";
    ShareMoves => "No script. It plays three rounds, then rests, and stands still where motion is unwanted.", "不含脚本。播放三遍后停住；读者不想要动画时保持静止。";
    ShareMoving => "Moving", "动态";
    ShareNoAddress => "This file has no address that others could open. Give them the file of the walk.", "本文件没有别人能打开的地址。请把路径文件给对方。";
    ShareNothing => "Paste rules first; then there is something to share.", "先粘贴规则，才有内容可以分享。";
    ShareNowhere => "Nowhere yet.", "还没去任何地方。";
    SharePicture => "Picture", "图片";
    ShareRecording => "Recording", "录制";
    ShareReplace => "Replace them first", "先替换它们";
    ShareStill => "Still", "静态";
    ShareTooLong => "Too long for a link. Save it as a file; whoever gets it drops it on this page.", "太长，无法放进链接。请保存为文件，对方把文件拖到本页即可打开。";
    ShareWhat => "What travels", "带走什么";
    ShareWhere => "Where to", "去哪里";
    ShareWords => "Words", "文字";
    ShowLines => "Show it", "查看";
    SkipToWalk => "Skip to the walk", "跳到步骤列表";
    SlotDetail => "Ctrl V or drop a file, anywhere.", "随处按 Ctrl V 或拖入文件。";
    SlotTitle => "Your rules go here.", "规则放这里。";
    Speed => "Speed", "速度";
    Stop => "Stop", "停止";
    StoppedDetail => "Your paste is unchanged. Change something, or try again.", "粘贴的内容没有变。修改内容，或者再试一次。";
    StoppedHeadline => "Stopped", "已停止";
    StopHere => "stopped here", "在此终止";
    Tagline => "Watch a packet walk your firewall", "看数据包走过你的防火墙";
    TakeBackChange => "Undo this change", "撤销这个改动";
    ThemeDark => "Dark", "深色";
    ThemeLight => "Light", "浅色";
    ThemeName => "Theme", "主题";
    ThemeSystem => "As the system", "跟随系统";
    ThereAndBack => "There and back", "往返";
    ThisHost => "This host", "本机";
    TooLong => "This is more than {limit}, so none of it was taken and the paste is unchanged. Paste only the tables that the packet meets.", "内容超过 {limit}，因此没有放入，原来的粘贴内容未变。请只粘贴数据包会经过的表。";
    TryAgain => "Try again", "再试一次";
    TypePacketFirst => "No packet is written here yet: type one, or the command that fails.", "还没有写数据包：请输入一个，或者输入失败的那条命令。";
    Undo => "Undo: paste, packets and facts", "撤销：粘贴、数据包和假设";
    Versions => "Earlier versions", "以前的版本";
    VersionsAre => "As the paste stood, on this device only. Going back can be undone.", "粘贴内容以前的样子，只保存在本设备上。恢复后可以撤销。";
    VersionsNone => "Versions are kept here while you change your paste, on this device only.", "修改粘贴内容时，各个版本保存在这里，只在本设备上。";
    Unfold => "Expand", "展开";
    Unknown => "unknown", "未知";
    UnsavedCloses => ". Closing the page loses it.", "。关闭页面就会丢失。";
    UnsavedYet => "Not saved yet:", "尚未保存：";
    Unsend => "Remove the last packet", "移除最后一个数据包";
    Walk => "Walk", "步骤";
    Walking => "Walking the packet …", "正在推演数据包……";
    Suggestions => "Packets to try", "可以试的数据包";
    Was => "was", "原本";
    WayThere => "there", "去程";
    WhichHost => "The packet walks", "数据包经过的主机";
    WhatWouldLet => "What would let it through?", "什么改动能让它通过？";
    WhatWouldStop => "What would stop it?", "什么改动能拦住它？";
    WidenPaste => "Open the paste wide", "展开粘贴内容";
    WithChange => "with the change", "改动后";
    WithoutRule => "try without this rule", "试试去掉这条规则";
    WholeAnswer => "The whole answer", "完整结论";
    Working => "Still working on it …", "仍在计算……";
    HidePaste => "Hide the paste", "隐藏粘贴区";
    HideWalk => "Hide the walk", "隐藏步骤列表";
    HideHost => "Hide this host", "隐藏本机";
    ShowPaste => "Show the paste", "显示粘贴区";
    ShowWalk => "Show the walk", "显示步骤列表";
    ShowHost => "Show this host", "显示本机";
    KeysOn => "Keys that are a single character work", "单个字符的快捷键有效";
    ClearHere => "Clear", "立即清除";
    KeptHere => "It is kept in this browser until you clear it.", "它会保存在此浏览器中，直到清除。";
    Zoom => "Zoom", "缩放";
    ZoomFit => "Fit", "适应窗口";
    ZoomIn => "Zoom in", "放大";
    ZoomOut => "Zoom out", "缩小";
    YesMatch => "matched", "匹配";
    ByChance => "by chance", "随机";
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainwalk::view::Lang;

    #[test]
    fn no_key_lacks_a_language() {
        for key in ALL {
            for lang in [Lang::En, Lang::Zh] {
                assert!(!ui(lang, *key).trim().is_empty(), "{key:?} in {lang:?}");
            }
        }
    }

    #[test]
    fn chinese_words_are_chinese() {
        // These are the same, or another language's, on purpose.
        let same = [
            Key::AddFactExample,
            Key::FormTtl,
            Key::PacketPlaceholder,
            Key::LangOther,
            Key::LangOtherName,
        ];
        for key in ALL.iter().filter(|key| !same.contains(key)) {
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(ui(Lang::Zh, *key).chars().any(han), "{key:?}");
            assert!(!ui(Lang::En, *key).chars().any(han), "{key:?}");
        }
    }
}
