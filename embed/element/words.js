// The words of the figure itself, in its two languages; those of a walk stand in its recording.

export const WORDS = {
  en: {
    play: "Play", pause: "Pause", again: "Play again", back: "Previous step", next: "Next step", step: "Step",
    change: "Change", rules: "Rules", restore: "As it came", close: "Close", open: "Open in Chainwalk",
    packet: "Packet", figure: "A packet’s walk",
    wrong: "This figure can’t be shown: ", newer: "it was made by a later Chainwalk.", broken: "it is no recording.",
    missing: "its file could not be read.", html: "put the text into <script type=\"text/x-chainwalk\">.",
    engine: "This page lets no engine run here.", loading: "Loading the engine …",
    nothing: "it names no packet that could be walked.",
  },
  zh: {
    play: "播放", pause: "暂停", again: "重放", back: "上一步", next: "下一步", step: "步骤",
    change: "修改", rules: "规则", restore: "恢复原样", close: "关闭", open: "在 Chainwalk 中打开",
    packet: "数据包", figure: "数据包的路径",
    wrong: "无法显示此图形：", newer: "它由更新的 Chainwalk 制作。", broken: "它不是录制内容。",
    missing: "无法读取其文件。", html: "请把文本放进 <script type=\"text/x-chainwalk\">。",
    engine: "此页面不允许运行引擎。", loading: "正在加载引擎……",
    nothing: "其中没有可走的数据包。",
  },
};
