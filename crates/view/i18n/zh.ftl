# 页面与命令行的句子，简体中文。
# <b> 强调，<c> 代码，<w> 被改写的值，<x> 拦下的词，<k> 好结果的词。

## 还没有可回答的

idle-paste = 粘贴一台主机的防火墙规则
idle-paste-detail = 在那台主机上运行 <c>sudo iptables-save</c> 或 <c>sudo nft list ruleset</c>，把输出粘贴到这里。内容不会离开此页面。
idle-nothing = 没有找到防火墙规则
idle-nothing-detail = 这段文字里没有认出任何内容。请在主机上运行 <c>sudo iptables-save</c> 或 <c>sudo nft list ruleset</c>，并粘贴全部输出。
idle-no-rules = 粘贴的内容里还没有防火墙规则
idle-no-rules-detail = 读到了主机的一些信息，但没有规则表。请补上 <c>sudo iptables-save</c> 或 <c>sudo nft list ruleset</c> 的输出。
idle-unread = 认出了 <c>{ $name }</c>，但目前还不能推演
over-read = 已读取 <b>{ $host }</b>。发哪个数据包？
over-read-rules = 已读取规则。发哪个数据包？
over-holds = { $what }。从列表中选一个数据包，或输入失败的那条命令。
over-services = { $count } 个 Service 端口
over-tables = { $count } 个表
over-chains = { $count } 条链
over-rules = { $count } 条规则
over-listeners = { $count } 个监听端口
over-missing = 未粘贴：{ $what }。依赖这些内容的结论是推测，并会标明。
over-no-rules = 防火墙规则
over-no-addresses = 地址
over-no-routes = 路由
over-docker = Docker 发布的端口：走 FORWARD，绕过 INPUT
over-published = 经 DNAT 发布
over-redirected = 重定向到本机端口
over-here = 本机：走 INPUT
over-listening = 正在监听
over-through = 转发：走 FORWARD
over-outwards = 以别的地址出去
over-order = { $chain }，从头到尾：第一条匹配的规则决定
over-anyone = 任何人
over-peers = 已有连接的对端
over-this-host = 本机
over-who-in = { $who }，经 { $iface } 进入
over-who-not-in = { $who }，不经 { $iface }
over-undecided = 没有规则决定的包
over-sent = 发出
over-any = 任意
over-hardly = 已发出，很难得到回应
over-not = 除 { $what } 外
over-anything = 任何数据包
over-lo = 经 lo 的任何数据包
over-answers = 已知连接的后续包
over-invalid = 不属于任何连接的包
over-else = 其余全部
over-accepts = 接受
over-drops = 丢弃
over-rejects = 拒绝，{ $with }
over-counts = 只计数
over-policy = 默认策略 { $word }
over-then = 之后还要问 { $chain }
over-unread = 无法读懂
over-behind = { $to }（{ $iface } 之后）
over-listens = { $process } 在监听
over-listens-unnamed = 有进程在监听
over-nobody = 没有进程监听
over-masquerade = 以本机地址出去
over-snat = 以 { $addr } 出去
over-base = { $name } · { $hook }，{ $priority }
over-above = 见上
over-no-jump = 没有规则跳转到这里
over-dormant = dormant：未挂接
over-more-chains = 另有 { $count } 条链
over-from-seen = 内核见过的
over-from-outside = 来自外部
over-from-inside = 来自内部网络
over-from-here = 来自本机
over-from = 来自 { $addr }，经 { $iface }
over-from-out = 来自外部的 { $addr }
over-to = 到 { $dst }
over-one-of = 到 { $count } 个之一
over-delivered = 送达
over-depends = 视情况而定
over-no-answer = 回包被拦下
over-opens = INPUT 开放 { $ports }
over-opens-some = INPUT 开放 { $ports }，但不对所有人
over-opens-rest = 其余按默认策略丢弃
over-publishes = { $count } 个已发布端口

## 结局的词

word-delivered = <k>已送达</k>
word-nobody = <x>被拒绝连接。</x>
word-forwarded = <k>已转发</k>
word-sent = <k>已发出</k>
word-bridged = <k>已桥接</k>
word-dropped = <x>被丢弃。</x>
word-rejected = <x>被拒绝。</x>
word-no-route = <x>没有路由。</x>
word-not-forwarded = <x>不转发。</x>
word-routing-drop = <x>被路由拦下。</x>
word-queued = <b>交给了用户程序。</b>
word-stolen = <b>被移出了路径。</b>
word-kept = <b>暂存</b>，等待其余分片
word-send-error = <x>未能发出。</x>
word-looped = <x>原地打转。</x>
word-chain-loop = <x>链成环。</x>
word-too-long = <b>中途截断。</b>
word-undecided = <b>无法断定。</b>

## 标题

head-local = 本机 <c>{ $dst }</c>
head-local-port = 本机端口 <c>{ $port }</c>
head-out = 到 <c>{ $dst }</c>，从 <c>{ $iface }</c> 出去
head-out-unknown = 到 <c>{ $dst }</c>
head-prints = { $program } 显示 <c>{ $message }</c>
head-sender-sees = 发送方看到 <c>{ $message }</c>
head-hangs = { $program } 一直等待，最后超时
head-connection-hangs = 连接一直等待，最后超时
head-silence = { $program } 等不到任何回答
head-nothing-back = 发送方收不到任何回应
head-sender-gets = 发送方收到 <c>{ $what }</c>
head-fails = { $count ->
    [2] 两种情况都<x>不通</x>
   *[other] { $count } 条路径都<x>不通</x>
}
head-depends = 结果<b>取决于</b>{ $what }

## 回程

leg-echo = 回显应答
leg-answer = 应答
leg-answer-is = 应答（{ $name }）
leg-error = ICMP 端口不可达
leg-data = 第一段数据
leg-data-reply = 返回的数据
trip-stopped = { $word }，但 { $what } { $end }：{ $seen }
trip-stopped-later = { $word }并得到应答，但随后 { $what } { $end }：{ $seen }
trip-unrefused = 那里没有程序在监听，而说明这一点的 { $what } { $end }：{ $seen }
trip-why = 关于 { $what }：{ $why }
trip-why-by = { $what } 从 <c>{ $iface }</c> 进来：{ $why }
trip-stranger = { $word }，但<x> { $what } 来自错误的地址</x>：{ $seen }
trip-stranger-why = { $what } 来自 <c>{ $from }</c>，而数据包发往 <c>{ $asked }</c>：发送方不认识这条连接。
trip-stray-why = { $what } 从 <c>{ $from }</c> 到了 <c>{ $to }</c>，而等它的是 <c>{ $own }</c>。
trip-direct = { $word }到 <c>{ $dst }</c>，经 <c>{ $iface }</c>，但<x>应答绕过了本机</x>：{ $seen }
trip-direct-why = <c>{ $client }</c> 和 <c>{ $server }</c> 在 <c>{ $iface }</c> 上是邻居：服务器从 <c>{ $from }</c> 直接回答邻居，而客户端请求的是 <c>{ $asked }</c>，不认识这条连接。改写源地址（MASQUERADE、SNAT）后，应答才会回到本机。
trip-ignored = { $word }，但<b>没有应答</b>
trip-ignored-all = 这个内核不回应任何 ping：icmp_echo_ignore_all 为 1。
trip-ignored-why = 内核不应答发往广播或组播地址的 ping（net.ipv4.icmp_echo_ignore_broadcasts 通常为 1），也不应答发往这类地址的 TCP。
trip-private = { $word }到 <c>{ $dst }</c>，经 <c>{ $iface }</c>，但<b>对方很可能无法应答</b>
trip-private-why = 没有规则改写源地址：它以私有地址 <c>{ $src }</c>（属于另一个网络）离开 <c>{ $iface }</c>。除非后面的路由器做转换，否则应答找不到回来的路。
trip-unheld = { $word }到 <c>{ $dst }</c>，经 <c>{ $iface }</c>，但<x>没人接收应答</x>：{ $seen }
trip-unheld-why = 源地址被改写成 <c>{ $src }</c>，它属于 <c>{ $iface }</c> 的网络，但不是本机的地址：应答发往那里，没人接收。
trip-payload = { $word }；{ $what } 的结果<b>取决于</b>它的内容
trip-payload-why = <b>{ $at }</b> 检查 { $name } 的内容或大小：<c>{ $what }</c>。
trip-whole = 应答也能回来；走过：{ $list }
trip-open = { $what } 能否通过还不确定：{ $question }
trip-unknown = 无法断定 { $what } 能否通过
trip-later = 第一个数据包不带数据：后面的数据包可能被 <b>{ $at }</b> 拦下（<c>{ $what }</c>）
trip-later-one = 没有说明它的内容：<b>{ $at }</b> 可能拦下它（<c>{ $what }</c>）
trip-hangs = 连接一直等待，最后超时
trip-silence = 发送方收不到任何回应
trip-hangs-later = 连接建立后一直等待
trip-program-hangs-later = { $program } 连上后一直等待
trip-reset = 连接建立后被重置
slip-source = <b>{ $at }</b> 只差源地址：<c>{ $net }</c> 是 { $first } 到 { $last }
slip-destination = <b>{ $at }</b> 只差目的地址：<c>{ $net }</c> 是 { $first } 到 { $last }
slip-source-like = <b>{ $at }</b> 只差源地址：<c>{ $net }</c> 是 { $like }
slip-destination-like = <b>{ $at }</b> 只差目的地址：<c>{ $net }</c> 是 { $like }
slip-address = <b>{ $at }</b> 只差目的地址：转换之后，到这里已经是 <c>{ $now }</c>
slip-port = <b>{ $at }</b> 只差端口：转换之后，到这里已经是 <c>{ $now }</c>，不是 <c>{ $was }</c>
slip-in = <b>{ $at }</b> 只差接口：没有叫 <c>{ $name }</c> 的接口，它从 <c>{ $has }</c> 进来
slip-out = <b>{ $at }</b> 只差接口：没有叫 <c>{ $name }</c> 的接口，它从 <c>{ $has }</c> 出去
slip-ends = <b>{ $at }</b> 把源地址和目的地址对调就符合
slip-ports = <b>{ $at }</b> 把源端口和目的端口对调就符合
slip-ifaces = <b>{ $at }</b> 把进出接口对调就符合
slip-state = <b>{ $at }</b> 只差状态：这个包是 <c>{ $has }</c>，而规则要的是 <c>{ $wanted }</c>
end-by-policy = 被 { $chain } 的默认策略丢弃
end-by-rule = 被 { $at } 丢弃
end-rejected = 被 { $at } 拒绝
end-no-answer = { $end }，但没有应答（{ $what }：{ $fate }）
end-direct = { $end }，但应答绕过了本机
end-ignored = { $end }，无应答
end-private = { $end }，源地址是私有的 { $src }
end-unheld = { $end }，但没人接收应答

## 由什么决定

decide-local = <c>{ $addr }</c> 是不是本机地址
decide-route = <c>{ $addr }</c> 路由到哪里
decide-leaves-by = 去 <c>{ $addr }</c> 是否走 { $iface }
decide-table = 未粘贴的 <c>{ $table }</c> 表
decide-chain = 未粘贴的链 <c>{ $chain }</c>
decide-policy = <c>{ $chain }</c> 的默认策略，粘贴中没有
decide-chance = 随机选择
decide-set = 这个包是否在集合 <c>{ $set }</c> 中
decide-socket = 是否有程序监听 { $proto } 端口 <c>{ $port }</c>
decide-order = 两条同优先级的链谁先运行
decide-jump = { $from } 是否调用 <c>{ $chain }</c>
decide-port = 自己的端口被占用时，内核给这条流哪个端口
decide-hop = 内核的哈希选中路由 <c>{ $route }</c> 的哪个下一跳
decide-soon = 该数据包与前一个相隔多久
decide-unread = <c>{ $name }</c> 里的规则，这里还读不了
decide-beside = <c>{ $name }</c>，它在规则之外起作用，这里没有建模
decide-tunnel = 隧道 <c>{ $name }</c> 是否启用
decide-blank = <b>{ $value }</b> 是不是 <c>{ $name }</c>
decide-rule = <b>{ $at }</b>，仅凭粘贴内容无法判定
decide-left-out = <b>{ $at }</b> 处省略的规则
decide-group = 本机是否有程序加入了 <c>{ $addr }</c>

end-chance = { $weight }：{ $end }
end-yes = 若是：{ $end }
end-no = 若不是：{ $end }
end-accepts = 若它放行：{ $end }
end-drops = 若不放行：{ $end }
end-else = 否则：{ $end }
end-depends = <b>取决于</b>{ $what }
end-moved = 改送 <b>{ $dst }</b>，再<b>取决于</b>{ $what }
end-group = { $all } 条中的 { $count } 条：{ $end }
end-group-chance = { $all } 条中的 { $count } 条（{ $weight }）：{ $end }
end-more = 还有 { $count } 种结果
end-unwalked = 未推演：{ $count } 条（{ $weight }）
end-to = { $end }，到 { $dst }

## 结局的简短说法

short-delivered = 送达本机
short-nobody = 被拒绝，无人监听
short-forwarded = 经 { $iface } 转发
short-sent = 经 { $iface } 发出
long-forwarded = 已转发，出口接口未知
long-sent = 已发出，出口接口未知
long-bridged = 已桥接，出口端口未知
short-bridged = 桥接到 { $iface }
short-dropped = 丢弃，{ $at }
short-dropped-unseen = 被 { $at } 丢弃
short-dropped-policy = 丢弃，{ $chain } 默认策略
short-dropped-kernel = 被内核丢弃
short-rejected = 拒绝，{ $at }
short-no-route = 没有路由
short-not-forwarded = 不转发
short-routing = 被路由拦下
short-queued = 排队，{ $at }
short-stolen = 移出，{ $at }
short-kept = 等待重组
short-send-error = 未发出：{ $error }
short-looped = 打转
short-chain-loop = { $at } 成环
short-too-long = 中途截断
short-undecided = 尚未确定

## 在哪里，为什么

why-local-all = 它经 <c>{ $iface }</c> 到达本机：<c>{ $dst }</c> 是广播或组播地址。
why-local = 它经 <c>{ $iface }</c> 到达本机地址 <c>{ $dst }</c>。
why-local-port = 它经 <c>{ $iface }</c> 到达本机端口 <c>{ $port }</c>。
why-local-rule = <b>{ $chain } 规则 { $number }</b> 放它经 <c>{ $iface }</c> 进来。
why-out = 来回都没有规则拦它；它经 <c>{ $iface }</c> 发往 <c>{ $dst }</c>。
why-out-unknown = 它发往 <c>{ $dst }</c>，从哪个接口出去未知。
why-out-there = 它经 <c>{ $iface }</c> 发往 <c>{ $dst }</c>。
why-out-unknown-rewritten = 它发往 <c>{ $dst }</c>，源地址被改写为 <w>{ $src }</w>，从哪个接口出去未知。
why-out-rewritten = 它经 <c>{ $iface }</c> 发往 <c>{ $dst }</c>，源地址被改写为 <w>{ $src }</w>。
why-rejects-rest = <b>{ $chain } 规则 { $number }</b> 拒绝上面规则没有放行的一切。
why-drops-rest = <b>{ $chain } 规则 { $number }</b> 丢弃上面规则没有放行的一切。
why-rejects = <b>{ $chain } 规则 { $number }</b> 拒绝匹配 <c>{ $conditions }</c> 的包。
why-drops = <b>{ $chain } 规则 { $number }</b> 丢弃匹配 <c>{ $conditions }</c> 的包。
why-policy = <b>{ $chain }</b> 没有规则作出决定，默认策略是 { $policy }。
why-accepted-before = { $why }<b>{ $chain }</b> 的第 { $number } 条规则此前已接受该包，但 <c>accept</c> 只结束它所在的基链：同一挂载点上后面的基链仍会继续判断。
why-kernel = 最后一条规则之后，内核把它丢弃。
why-unseen = <b>{ $what }</b> 没有粘贴；这一支里它丢弃该包。
why-queued = <b>{ $chain } 规则 { $number }</b> 把它交给用户程序，其决定此处无从得知。
why-proxied = { $chain } 规则 { $number } 的 <b>SYNPROXY</b> 留下它，自己向两端应答。
why-stolen = <b>{ $chain } 规则 { $number }</b> 把它移出了路径。
why-refused = 内核无法完成地址转换，丢弃该包。
why-kept = 其余分片还没有到。
why-send-error = 发送方自己的调用失败：<c>{ $error }</c>。
why-not-for-us = 这一帧是发给另一台机器的。
why-looped = 它回到了原处，推演到此为止。
why-chain-loop = <c>{ $chain }</c> <b>{ $number }</b> 又回到 <c>{ $to }</c>；iptables 不会加载这样的规则，推演到此为止
why-too-long = 已尝试超过 { $count } 条规则，推演在此截断，数据包的去向未知
why-undecided = 没有答案就走不下去：{ $what }
why-not-routing = 不是路由问题：{ $why }
why-second-pass = 经 <c>lo</c> 发出后，它又进入本机并被拦下：{ $why }

routing-no-route = 本机没有通往 <c>{ $dst }</c> 的路由。
routing-forwarding-off = 包要去 <c>{ $dst }</c>，而本机不转发：<c>{ $what }</c> 为 0。
routing-martian = 链路上不可能出现 <c>{ $src }</c> 到 <c>{ $dst }</c>（martian）。
routing-local-source = 源地址 <c>{ $src }</c> 是本机自己的地址；内核拒绝它从外面进来。
routing-rp-filter = 回到 <c>{ $src }</c> 要走另一个接口（<c>rp_filter</c>）。
routing-scope = 源地址是链路本地地址（fe80::/10），这样的包不会转发到别的链路。
routing-localnet = 127.0.0.0/8 的地址要上链路，需要 <c>route_localnet</c>。
routing-localnet-out = 地址转换把它引向 <c>{ $dst }</c>，而来自 <c>{ $src }</c> 的数据包不得离开本机：<c>route_localnet</c> 为 0。
routing-ttl = TTL 已用完。
routing-mtu = 对下一段链路来说太大，又不许分片。
routing-blackhole = <c>{ $dst }</c> 落在一条 blackhole 路由里。
routing-unreachable = <c>{ $dst }</c> 落在一条 unreachable 路由里。
routing-prohibit = <c>{ $dst }</c> 落在一条 prohibit 路由里。
routing-bad-header = 它的头部有误。
routing-source-route = 它的选项指定了要走的路；本机不照办（<c>accept_source_route</c>）。
routing-not-for-us = 本机没有谁接收发往 <c>{ $dst }</c> 的包。
routing-link-down = 接口处于 down 状态：没有包从它进来，也没有包从它出去。

## 问题与回答

ask-local = <c>{ $addr }</c> 是本机地址吗？
ask-group = 本机有程序加入了 <c>{ $addr }</c> 吗？
ask-route = <c>{ $addr }</c> 路由到哪里？
ask-leaves-by = 去 <c>{ $addr }</c> 走 { $iface } 吗？
ask-table = <c>{ $table }</c> 表做什么？它没有粘贴。
ask-chain = <c>{ $table }</c> 的链 <c>{ $chain }</c> 做什么？它没有粘贴。
ask-policy = <c>{ $chain }</c> 的默认策略是什么？
ask-left-out = { $at } 处省略的规则（<c>{ $text }</c>）是否让它继续？
ask-opaque = <c>{ $text }</c> 匹配吗（{ $at }）？这里不支持它。
ask-hidden = { $at } 匹配这个包的接口吗？<c>iptables -L</c> 不加 <c>-v</c> 会隐藏接口。
ask-history = <c>{ $text }</c> 匹配吗（{ $at }）？这取决于之前的包。
ask-cookie = 这个 ACK 是对 SYNPROXY 所发应答的回应吗（{ $at }）？只有内核的密钥能判断。
ask-cluster = 集群中由本机接收这个包吗（{ $at }）？
ask-lives = { $at } 留下的记录还在吗？时间已过，而内核何时忘掉它没有说明。
ask-helper = { $at } 指定的助手会如何处理它？这里不跟踪这种情形。
ask-source-in = 源地址在 <c>{ $net }</c> 内吗（{ $at }）？粘贴中没有说明。
ask-source-out = 源地址在 <c>{ $net }</c> 之外吗（{ $at }）？粘贴中没有说明。
ask-fact = <c>{ $text }</c> 匹配吗（{ $at }）？粘贴中没有说明。
ask-set = 这个包在集合 <c>{ $set }</c> 中吗？集合没有粘贴。
ask-addr-in-set = <c>{ $addr }</c> 在集合 <c>{ $set }</c> 中吗？没有粘贴这个集合。
ask-random = 随机会选中 { $at } 吗？
ask-nat = { $at } 会选哪个地址？
ask-nat-port = { $at } 会随机选哪个端口？
ask-port = 这条流自己的端口已被占用：内核会给它哪个端口？
ask-hop = 内核的哈希会选中路由 <c>{ $route }</c> 的哪个下一跳？
ask-socket = 有程序监听 { $proto } 端口 <c>{ $port }</c> 吗？
ask-unread = <c>{ $name }</c> 里的规则做什么？这里还读不了；若它们来自 iptables，请粘贴 <c>iptables-save</c>。
ask-beside = <c>{ $name }</c> 会怎样处理这个包？它在规则之外起作用，这里没有建模。
ask-tunnel = 隧道 <c>{ $name }</c> 启用了吗？启用期间它的文件会添加规则。
ask-blank = <b>{ $value }</b> 就是 <c>{ $name }</c> 吗？粘贴的内容没有说明。
ask-open = <c>{ $name }</c> 是什么（{ $at }）？粘贴的内容没有说明。
ask-order = <c>{ $one }</c> 和 <c>{ $other }</c> 谁先运行？
ask-jump = { $from } 会调用 <c>{ $chain }</c> 吗？粘贴里没有调用它的链。
ask-soon = 该数据包在前一个之后 4 毫秒内到达吗？若是，<c>ct count</c> 仍会计入已消失的连接。在数据包前写 <c>after 1s</c> 即表示否。
answer-yes = 是
answer-no = 不是
answer-does = 有
answer-does-not = 没有
answer-is = 是
answer-is-not = 不是
answer-accepts = 放行
answer-drops = 丢弃
answer-in-set = 在其中
answer-not-in-set = 不在其中
answer-passes = 放行
answer-by = 经 { $iface }
answer-nowhere = 无处可去

## 推测

lean-addr = 前提：{ $iface } 有 <c>{ $addr }</c>，粘贴内容这样暗示
lean-net = 前提：<c>{ $net }</c> 在 { $iface } 后面，粘贴内容这样暗示
lean-all-addrs = 前提：本机除列出的地址外没有别的
lean-back = 前提：给 <c>{ $dst }</c> 的应答从 { $iface } 出去
lean-default = 前提：去 <c>{ $dst }</c> 走 { $iface }，唯一可能的路
lean-rule-route = 前提：去 <c>{ $dst }</c> 走 { $iface }，{ $at } 这样暗示
lean-all-routes = 前提：列出的路由就是全部
lean-sysctl = 前提：<c>{ $name }</c> 如常为 <c>{ $value }</c>
lean-set-by = 前提：<c>{ $name }</c> 为 <c>{ $value }</c>，{ $program } 会这样设置
lean-empty = 前提：未粘贴的 <c>{ $table }</c> 表是空的
lean-no-legacy = 前提：<c>iptables-legacy</c> 里没有规则（nft 不会列出它们）
lean-no-table = 没有 <c>{ $table }</c> 表：完整的 <c>iptables-save</c> 里没有它
lean-fresh = 前提：<b>{ $chain } 规则 { $number }</b> 的历史从空开始
lean-legacy-order = 前提：这些表属于 iptables-legacy；若是 iptables-nft，INPUT 中 <c>security</c> 排在 <c>nat</c> 之后
lean-no-redirect = 另外可能向 <c>{ $addr }</c> 发出 ICMP 重定向
lean-no-flows = 前提：之前没有已知连接
lean-no-ipsec = 前提：本机没有生效的 IPsec 策略
lean-no-quota = 前提：计数对象 <c>{ $name }</c> 没有配额；若有配额，超过之后规则才匹配
lean-root = 前提：由 root 发出；<c>{ $at }</c> 看的是谁发出（换成别的用户，在数据包后加 <c>uid 1000</c>）
lean-window = 前提：序号落在所粘贴连接的窗口内
lean-port = 不论 <c>{ $addr }</c> 在 { $bridge } 的哪个端口后面
lean-bridge-port = 前提：<c>{ $port }</c> 是 { $bridge } 的端口，它的包这样暗示
lean-transparent = 前提：监听 { $proto } 端口 <c>{ $port }</c> 的是透明套接字，代理非此不可
if-left-out = 前提：{ $at } 处省略的规则（<c>{ $text }</c>）让它继续
if-likely = { $what }（{ $why }）
if-local = 前提：<c>{ $addr }</c> 是本机地址
if-group = 前提：本机有程序加入了 <c>{ $addr }</c>
if-no-group = 前提：本机没有程序加入 <c>{ $addr }</c>
if-not-local = 前提：<c>{ $addr }</c> 不是本机地址
if-passes = 前提：未粘贴的 <c>{ $what }</c> 原样放行
if-drops = 前提：未粘贴的 <c>{ $what }</c> 不原样放行
if-policy-accepts = 前提：<c>{ $chain }</c> 的默认策略是 ACCEPT
if-policy-drops = 前提：<c>{ $chain }</c> 的默认策略是 DROP
if-any-interface = 前提：{ $at } 隐藏的接口条件适用于这个包
if-other-interface = 前提：{ $at } 隐藏的接口条件针对别的接口
if-holds = 前提：<c>{ $text }</c> 匹配（{ $at }）
if-holds-not = 前提：<c>{ $text }</c> 不匹配（{ $at }）
if-listens = 前提：有程序监听 { $proto } 端口 <c>{ $port }</c>
if-listens-not = 前提：没有程序监听 { $proto } 端口 <c>{ $port }</c>
if-leaves-by = 前提：去 <c>{ $addr }</c> 走 { $iface }
if-leaves-by-not = 前提：去 <c>{ $addr }</c> 不走 { $iface }
if-jumps = 前提：{ $from } 调用 <c>{ $chain }</c>
if-jumps-not = 前提：{ $from } 不调用 <c>{ $chain }</c>
if-soon = 前提：它在前一个数据包之后 4 毫秒内到达
if-soon-not = 前提：它比前一个数据包晚 4 毫秒以上
if-tunnel = 前提：隧道 <c>{ $name }</c> 已启用
if-tunnel-not = 前提：隧道 <c>{ $name }</c> 没有启用
if-blank = 前提：<c>{ $value }</c> 就是 <c>{ $name }</c>
if-blank-not = 前提：<c>{ $value }</c> 不是 <c>{ $name }</c>
likely-rule = { $at } 这样暗示
likely-unspoken = 粘贴里没有任何依据
likely-outbound = 它是公网地址，由私有网络访问
likely-input = 这些规则针对发往本机的包
likely-forward = 这些规则针对经过本机的包
likely-neighbour = 发送方在同一网络
likely-usual = 通常如此
likely-lo = 首条接受一切的规则通常是 <c>-i lo</c>
likely-conditions = 这样的规则很少再限定接口
likely-socket = 套接字只绑定本机自己的地址
likely-chain = 它的名字或规则这样暗示
likely-logged = 粘贴的日志里有一行显示它走到了后面
likely-picked = 显示的行是作为关键行挑选出来的
lean-bridge-nf = 前提：桥接的包要过 iptables（<c>bridge-nf-call-iptables</c> 为 1）

## 证据

same-both-random = <b>两</b>条随机分支结果相同
same-all-random = 全部 <b>{ $count }</b> 条随机分支结果相同
same-all-ways = 全部 <b>{ $count }</b> 条可能的路径结果相同
counter-rule = { $count ->
    [1] <b>1</b> 个包死在这条规则
   *[other] <b>{ $count }</b> 个包死在这条规则
}
counter-policy = { $count ->
    [1] <b>1</b> 个包遇到这条默认策略
   *[other] <b>{ $count }</b> 个包遇到这条默认策略
}
counter-zero = 它的计数为 <b>0</b>：还没有包死在这里
counter-reloaded = <c>{ $chain }</c> 中没有计到任何包：这些规则最近重新装载过
counter-behind = 计数对不上：<c>{ $chain }</c> 的第 { $rule } 条不放过任何包，它下面的第 { $later } 条却计了 <b>{ $count }</b>；第 { $rule } 条是后来加的
counter-past-all = 计数对不上：<c>{ $chain }</c> 的第 { $rule } 条不放过任何包，默认策略却计了 <b>{ $count }</b>；第 { $rule } 条是后来加的
counter-more = 计数对不上：每个包都要经过 <c>{ $chain }</c> 的第 { $rule } 条，它下面的第 { $later } 条却计得更多（<b>{ $count }</b>）；第 { $rule } 条是后来加的，或者它的计数被清零过
counter-more-policy = 计数对不上：每个包都要经过 <c>{ $chain }</c> 的第 { $rule } 条，默认策略却计得更多（<b>{ $count }</b>）；第 { $rule } 条是后来加的，或者它的计数被清零过
cut-chances = 这里只推演 <b>{ $count }</b> 条可能的路径；其余路径合计占 <b>{ $share }</b>
cut-ways = 这里只显示 <b>{ $count }</b> 条可能的路径；回答一个问题可以缩小范围
sure-dst = 无论哪种，目的地都变为 <w>{ $to }</w>
sure-src = 源地址变为 <w>{ $to }</w>
never-input = <b>{ $hook } 看不到这个包：</b>DNAT 之后它要去 <c>{ $dst }</c>，不是本机
never-prerouting = <b>{ $hook } 看不到这个包：</b>它是本机自己发出的

## 规则为什么不匹配，或为什么匹配

miss-is-not = { $what }，不是 <c>{ $wanted }</c>
miss-same = { $what }，而规则要的是别的
miss-is = { $what } 正是规则排除的 <c>{ $wanted }</c>
miss-cluster-ips = { $what } 不在 { $count } 个集群 IP 之中
miss-all-addresses = { $count } 条规则都没有写 { $what }
miss-addresses = { $what } 不在 { $count } 个地址之中
miss-ports = { $what } 不在 { $count } 个端口之中
miss-ifaces = { $what } 不在 { $count } 个接口之中
miss-no-port = 它没有端口
miss-no-iface = 此处没有这样的接口，而规则要求 <c>{ $what }</c>
miss-not-local = <c>{ $addr }</c> 不是本机地址
miss-type = <c>{ $addr }</c> 不是 <c>{ $wanted }</c>
miss-chance = 这次随机没有选中
miss-mark = { $what } 缺少 <c>{ $wanted }</c> 这些位
miss-limit = 限额已用完
miss-seen = 只出现过 { $count } 次，规则要求更多
miss-list = 不在名单 <c>{ $set }</c> 里
miss-fragment = 它不是后续分片
miss-module = <c>{ $what }</c> 不匹配
miss-unsaid = { $count ->
    [1] 不匹配
   *[other] { $count } 条规则都不匹配
}
miss-more = {" "}…
miss-more-rules = ；另有 { $count } 条规则也不匹配
hit-local = <c>{ $addr }</c> 是本机地址
hit-state = 状态 <c>{ $state }</c>
hit-mark = mark <c>{ $mark }</c>
hit-net = <c>{ $addr }</c> 属于 <c>{ $net }</c>
hit-chance = 这次随机选中
hit-assumed = <c>{ $what }</c> 是否匹配未知，这里假定匹配
card-counters = 至今 { $count } 个包
card-nothing = 不做什么，只计数
short-rules = { $count ->
    [1] 1 条规则
   *[other] { $count } 条规则
}
short-cluster-ips = { $count ->
    [1] 1 个集群 IP
   *[other] { $count } 个集群 IP
}
short-addresses = { $count } 个地址
short-ports = { $count } 个端口

## 走过的路

words-title = 词语
any-packet = 任何包
row-policy-accept = 没有规则作出决定：采用默认策略 <c>{ $policy }</c>
row-policy-drop = 没有规则作出决定：采用默认策略 <x>{ $policy }</x>
row-again = 再次进入 <c>{ $chain }</c> 并返回：其间没有任何变化，因此不再列出
row-copy = 发出一份副本：<b>{ $packet }</b> 到 <c>{ $dst }</c>
row-reply = 本机以 <b>{ $packet }</b> 回复 <c>{ $dst }</c>
aside-in-out = 进 { $iniface }，出 { $outiface }
aside-in = 进 { $iface }
aside-out = 出 { $iface }
source-inferred = 由第 { $line } 行推测
source-line = 第 { $line } 行
skip-settled = 跳过 <b>{ $table }</b>：它只处理连接的第一个包
skip-no-flow = 跳过 <b>{ $table }</b>：这个包没有自己的连接可转换
skip-answered = <b>{ $table }</b> 放行，依照所给的说明
skip-supposed = 假定 <b>{ $table }</b> 放行
fold-changes = <c>{ $chain }</c>：{ $change }，返回
fold-does = <c>{ $chain }</c>：{ $what }，返回
fold-returns = <c>{ $chain }</c> 立即返回
fold-empty = <c>{ $chain }</c> 是空的，返回
fold-nothing = { $count ->
    [1] <c>{ $chain }</c> 唯一的规则不匹配，返回
   *[other] <c>{ $chain }</c> 的 { $count } 条规则都不匹配，返回
}
does-return = 返回上一条链
does-go-on = <c>{ $what }</c>，继续往下走
does-nat = <c>{ $what }</c> 到 <w>{ $to }</w>
does-nat-keeps = <c>{ $what }</c>，无需改动
does-nat-drawn = <c>{ $what }</c> 到 <w>{ $to }</w>，端口随机
does-nat-open = <c>{ $what }</c>，改成哪个地址未知
change-src = 源 <c>{ $from }</c> 变为 <w>{ $to }</w>
change-dst = 目的 <c>{ $from }</c> 变为 <w>{ $to }</w>
change-mark = 把 { $what } 从 { $from } 设为 <w>{ $to }</w>
change-stripped = 去掉 TCP 选项
change-field = 改写 { $field }
change-mss = 设置 MSS
change-text = 助手和 NAT 把其中的文本 <c>{ $from }</c> 改写为 <w>{ $to }</w>
change-numbers = 调整其序号，因为 NAT 改变过先前文本的长度
change-notrack = 不跟踪它
change-zone = 放入 conntrack zone { $zone }
change-set-add = 加入集合 <c>{ $set }</c>
change-set-del = 移出集合 <c>{ $set }</c>
start-wire = 到达 <c>{ $iface }</c>：<c>{ $src }</c> 到 <c>{ $dst }</c>
start-local = 本机发出：<c>{ $src }</c> 到 <c>{ $dst }</c>
ct-new = <b>conntrack</b>：新连接
ct-established = <b>conntrack</b>：属于已知连接
ct-related = <b>conntrack</b>：与已知连接相关
ct-invalid = <b>conntrack</b>：不属于 conntrack 能跟踪的任何连接
ct-untracked = <b>conntrack</b>：不跟踪
un-nat = <b>un-NAT</b>，与规则无关：{ $change }
kernel-reassembling = 等待其余分片
kernel-reassembled = 分片重新合成一个包
kernel-loop = 从 <c>lo</c> 出去又进来
kernel-port = 这条流自己的端口已被占用：内核另选一个
kernel-copied = 以上是其中一份；下一份继续前进
hook-empty = <b>{ $hook }</b>：这里没有规则
hook-asked-nothing = <b>{ $hook }</b>：没有要检查的规则
hook-unpasted = <b>{ $hook }</b>：没有粘贴，当作空的
route-local-all = 路由到本机：<c>{ $dst }</c> 是广播或组播地址
route-local = 路由到本机：<c>{ $dst }</c> 是本机地址
route-local-untold = 路由到本机
route-lo = 经 <c>lo</c> 路由：<c>{ $dst }</c> 是本机自己的地址
route-forward = 路由到 <b>{ $iface }</b>：走 FORWARD，不走 INPUT
route-forward-via = 路由到 <b>{ $iface }</b>，经 <c>{ $via }</c>：走 FORWARD，不走 INPUT
route-out = 路由到 <b>{ $iface }</b>，去 <c>{ $dst }</c>
route-out-via = 路由到 <b>{ $iface }</b>，经 <c>{ $via }</c>
route-again = 重新路由，改走 <b>{ $iface }</b> 到 <c>{ $dst }</c>
route-by-rule = （<c>ip rule</c> { $priority }：路由表 { $table }）
route-bridge = 桥接到端口 <b>{ $port }</b>
fork-chance = 随机
fork-one-of = { $count } 选 1，随机
branch-local = { $addr } 是本机的
branch-not-local = { $addr } 在别处
branch-passes = { $what } 放行
branch-drops = { $what } 丢弃
branch-yes = 是
branch-no = 不是
branch-else = 别的
branch-matches = { $at } 匹配
branch-matches-not = { $at } 不匹配
branch-in-set = 在 { $set } 中
branch-not-in-set = 不在 { $set } 中
branch-blank = { $value } 就是 { $name }
branch-not-blank = { $value } 不是 { $name }
branch-unwalked = { $count } 条未推演
meaning-service = 服务 { $name }
meaning-endpoint = { $name } 的端点
meaning-services = 服务入口
meaning-nodeports = 每个节点开放的端口
name-route = 路由
narrate-hit = { $chain } 规则 { $number } 匹配
narrate-miss = { $chain } 规则 { $number } 不匹配
narrate-misses = { $chain } 规则 { $first } 到 { $last } 不匹配
narrate-jump = 跳转到 { $chain }，深度 { $depth }
narrate-goto = goto { $chain }，不再返回
narrate-followed = （走第 { $number } 个，共 { $count } 个：{ $label }）
narrate-alike = { $count ->
    [2] 两种走法结果相同：{ $end }
   *[other] 全部 { $count } 种走法结果相同：{ $end }
}
narrate-reply-end = 回复 { $packet }：{ $end }
narrate-hangs = 这条路径上：{ $end }。{ $what }

## 认出了什么

chip-table = { $chains } 条链 · { $rules } 条规则
chip-interfaces = { $count } 个接口
chip-routes = { $count } 条路由
chip-policy = { $count } 条规则
chip-bridges = { $count } 个网桥
chip-names = { $count } 个地址
chip-sets = { $count } 个集合
chip-traces = { $count } 个被跟踪的包
chip-flows = { $count } 条连接
chip-sockets = { $count } 个监听
chip-sysctls = { $count } 个值
moment-line = 这些表出现在 { $count } 个时刻（自第 { $lines } 行起），这里是第 { $number } 个
offer-line = 若执行第 { $line } 行的命令
offer-lines = 若执行第 { $lines } 行的命令
chip-excerpt = 节选
chip-known = 其中没有影响推演的内容
chip-unread = 尚未解读

## 本机

host-unnamed = 主机 { $number }
host-holds = { $tables ->
    [0] 无规则
   *[other] { $tables } 个表
} · { $interfaces ->
    [0] 无接口
   *[other] { $interfaces } 个接口
}
source-said = 已给出
source-guess = 推测
source-paste = 来自粘贴
fact-bridge = 网桥
fact-ports = 有 { $count } 个端口的网桥
fact-no-address = 没有给出地址
fact-on = 开
fact-off = 关
fact-local = 本机
fact-not-local = 不是本机
fact-accepts = 放行
fact-drops = 丢弃
fact-listens = 监听 { $process }
seen-all = 内核自己的跟踪与此一致：它显示的<b>{ $count ->
    [1] 唯一一处规则或策略
   *[other] 全部 { $count } 处规则和策略
}</b>
seen-some = 内核自己的跟踪证实了 <b>{ $count }</b> 处规则和策略，其余没有显示
seen-logged = 日志里的这一行出自 <b>{ $at }</b>，此次推演经过那里
seen-logged-not = <x>日志里的这一行出自别处：</x>{ $at }
seen-against = <x>内核自己的跟踪与此不符：</x>{ $what }
seen-other = 内核自己的跟踪走的是另一条分支
row-seen-same = 内核跟踪显示相同
row-seen-other = 内核跟踪在此不同：{ $what }
row-seen-not = 内核跟踪没有显示这一步
suggest-traced = 内核跟踪过的数据包，{ $id }
suggest-logged = 被规则记入日志，{ $prefix }
seen-rule = { $at }：{ $rule ->
    [0] 有规则匹配
   *[other] 第 { $rule } 条规则匹配
}
seen-policy = 由 { $at } 的默认策略决定
seen-end = { $at } 走到末尾返回
words-assumed = 前提：
words-unpasted = 没有粘贴的表：{ $tables }

## 粘贴中的问题

problem-empty = 这里还什么都没有
problem-nothing = 这段文字里没有找到防火墙规则
problem-unknown-match = 不认识匹配“{ $found }”，含它的规则结果不定
problem-unknown-target = 目标“{ $found }”既不认识，也不是此表的链
problem-unknown-option = 不认识选项“{ $found }”
problem-bad-value = “{ $found }”放在这里不合适
problem-missing = “{ $found }”后面缺了什么
problem-missing-here = 这里缺了什么
problem-missing-chain = “{ $found }”不是已知的目标，粘贴中也没有这个名字的链
problem-chain-loop = 链在这里绕成一圈（{ $found }），iptables 不会加载
problem-undeclared = 链“{ $found }”有规则，却没有一行声明它
problem-part = 表“{ $found }”只粘贴了一部分
problem-hidden = 这份列表隐藏了接口，规则可能还检查更多
problem-contradiction = “{ $found }”与前面读到的矛盾，两者都保留
problem-several-hosts = 这里有多台主机：{ $hosts }。数据包在它要到达的那台上推演，否则在 { $found } 上
problem-which-host = 没有提示符说明这属于哪台主机（{ $hosts }）；先单独保留
problem-twice = 表“{ $found }”在这里再次出现且内容不同：这是两个时刻，推演的是后一个
problem-no-such-rule = “{ $found }”所指的规则、位置或链不存在，因此不起作用
problem-bad-line = “{ $found }”无法读懂
problem-left-open = “{ $found }”没有填写：请说明它代表什么
problem-refused = iptables 不接受这里的“{ $found }”
problem-changes-nothing = ；iptables 拒绝此行，所以它什么也不改变
problem-refused-nothing = ；此行什么也不改变
problem-refused-open = ；内核不会这样输出，所以这条规则是否存在并不确定
problem-alias = 没有数据包会从“{ $found }”进来：它只是地址的标签
problem-turns = { $found } 会反转其后文字的显示顺序：本行按存储的顺序读取，而不是按别处看到的样子
problem-prose = 已忽略：“{ $found }”
problem-passed-over = 已忽略：{ $count } 行不是命令输出的文字
problem-rows-left-out = “{ $found }”：此处省略了规则，数据包走到这里时结果取决于它们
problem-not-modelled = 不支持“{ $found }”，它的规则结果不定
problem-no-such-moment = 粘贴的内容里没有时刻 { $found }，已改为推演最后一个
problem-no-such-host = 这里没有名为“{ $found }”的主机，已改为推演第一台
problem-unknown-name = 这个版本的 Chainwalk 不认识“{ $found }”，已原样保留
problem-not-used-yet = “{ $found }”目前尚未使用，已原样保留
problem-given-twice = “{ $found }”在这里第二次出现，以后者为准
problem-newer-form = 这是较新版本的 Chainwalk 写的，此版本认识的部分已读入
problem-lacks = ；其中没有{ $what }
problem-expected = ；这里应为{ $what }
expected-or = 或
expected-address = 地址
expected-told-name = 地址（名称不会去查询）
expected-network = 网络
expected-port = 端口
expected-port-or-range = 端口或端口范围
expected-number = 数字
expected-user = 用户或组的编号
expected-protocol = 协议
expected-interface = 接口
expected-icmp-type = ICMP 类型
expected-ct-state = conntrack 状态
expected-addr-type = 地址类型
expected-mark = mark
expected-rate = 速率
expected-target = 目标
expected-chain = 链
expected-option = 选项
expected-text = 带引号的文字
expected-end-of-line = 行尾
expected-dump = iptables-save 或 nft list ruleset 的输出
expected-packet = 数据包，例如 curl 172.17.0.2:80
hint-mean = 是不是 { $word }？
hint-paste = 请粘贴 { $command } 的输出。
hint-host = 请选择数据包到达的主机。
hint-protocol = 请先写明协议：-p tcp 或 -p udp。
hint-table = { $chain } 在 { $table } 表里：请加上 -t { $table }。

## 改动

changes-through = 什么改动能让它通过？
changes-stop = 什么改动能拦住它？
changes-reply-stopped = 数据包本身能通过，但它的应答在回程被拦下。
changes-lost = 数据包本身能通过，但应答找不到回来的路。
changes-nobody = 数据包本身能到达，但它的端口上没有程序在监听。
changes-none-found = 试过的改动都做不到；并非所有改动都试过。
changes-none = 试过的单项改动都做不到。
changes-more = 还有别的改动；这里列出最小的几个。
changes-replied = 它的应答也能回来。
compare-same = 这个数据包的结果不变。
compare-through = <k>现在它能通过了。</k>
compare-stopped = <x>现在它被拦下了。</x>
compare-depends = 现在要视情况而定。
compare-settled = 现在它的结果确定了。
compare-elsewhere = 它仍被拦下，但方式不同。
compare-other = 现在结果不同了。
place-end = <c>{ $chain }</c> 的末尾
place-rule = <c>{ $chain }</c> 第 { $number } 条规则处
scope-accept = 凡到达 { $at }且符合 <c>{ $what }</c> 的都接受。
scope-accept-all = 凡到达 { $at }的都接受。
scope-drop = 凡到达 { $at }且符合 <c>{ $what }</c> 的都拦下。
scope-drop-all = 凡到达 { $at }的都拦下。
scope-other = 处理到达 { $at }且符合 <c>{ $what }</c> 的数据包。
scope-other-all = 处理所有到达 { $at }的数据包。
scope-source = 改写到达 { $at }且符合 <c>{ $what }</c> 的数据包的源地址。
scope-destination = 改写到达 { $at }且符合 <c>{ $what }</c> 的数据包的目的地址。
scope-without = 原由 <c>{ $chain }</c> 第 { $number } 条规则处理的数据包，都改由后面的规则处理。
scope-policy-accept = <c>{ $chain }</c> 中没有规则作出决定的数据包一律接受。
scope-policy-drop = <c>{ $chain }</c> 中没有规则作出决定的数据包一律丢弃。
scope-flush = <c>{ $chain }</c> 不再有任何规则。
scope-create = <c>{ $chain }</c> 是一条没有规则的新链。
scope-forward-on = 主机在所有接口之间转发数据包；此后只有 FORWARD 能拦住它们。
scope-forward-off = 主机不再转发任何数据包，容器和虚拟机的也一样。
scope-rp-loose = 从 <c>{ $iface }</c> 进来的数据包，只要有路由（不论走哪个接口）通向其源地址就接受。
scope-rp-off = <c>{ $iface }</c> 不再检查源地址：源地址可以伪造。
scope-localnet = <c>{ $iface }</c> 上也接受 127.0.0.0/8 的地址：只监听回环的服务也能从那里访问。
scope-accept-local = <c>{ $iface }</c> 上也接受以本机地址为源的数据包。
scope-bridge-nf = 网桥转发的数据包不再经过 iptables。
scope-setting = <c>{ $name }</c> 对所有数据包都生效。
scope-route = 发往 <c>{ $dst }</c> 的数据包都走这条路由。
scope-no-route = 到 <c>{ $dst }</c> 的 { $count } 条路由不再起作用；可能改用更宽的路由。
scope-policy-rule = 这条策略规则选中的数据包改查另一张路由表。
scope-fact = 这被当作主机的一个事实。
list-comma = 、
changes-narrow = 窄：只影响这类数据包
changes-wide = 较宽：不止影响这个数据包
changes-broad = 很宽：一条规则或一个默认策略对所有数据包失效
others-none = 试过的其他数据包都不受影响
others-through = 试过的 { $all } 个其他数据包中放行 { $count } 个
others-named = { $counted }：{ $list }
others-stopped = 试过的 { $all } 个其他数据包中<x>拦下 { $count } 个</x>
also-none = 另外试了 { $count } 个只有一处不同的数据包，结果都没有改变。
also-through = 同样的数据包，{ $list }，也会被放行。
also-stopped = 同样的数据包，{ $list }，也会被拦下。
also-not = 同样的数据包，{ $list }，结果不变。
probe-near-source = 来自相邻的 <c>{ $src }</c>
probe-far-source = 来自别处（<c>{ $src }</c>）
probe-interface = 从 <c>{ $iface }</c> 进入
probe-port = 发往端口 <c>{ $port }</c>
probe-destination = 发往 <c>{ $dst }</c>
probe-behind = 直接发往 <c>{ $dst }</c>
probe-protocol = 改用 <c>{ $proto }</c>
probe-mid-flow = 不属于任何连接（之前没有 SYN）
probe-opposite = 由另一端发起（<c>{ $src }</c> 发往 <c>{ $dst }</c>）
shadow-behind = 永远不会匹配：上面的第 { $number } 条规则会先处理它能匹配的所有数据包。
shadow-behind-jump = 永远不会匹配：上面的第 { $number } 条规则把所有这样的数据包送进一条会作出裁决的链。
shadow-unreached = 永远不会匹配：没有可达的规则跳转到 { $chain }。
shadow-one = 第 { $number } 条规则：{ $why }

## 图

scene-processes = 本机上的进程
scene-in = 进
scene-out = 出
scene-route-to = 去 { $iface }
scene-route-here = 到本机
scene-not-routed = 不经路由
scene-bridged = 由 { $bridge } 桥接
scene-port-open = 端口 ?
scene-replies = 本机回复
scene-rejects = 规则 { $number } 拒绝
scene-rejects-here = 在此被拒绝
scene-drops = 规则 { $number } 丢弃
scene-drops-here = 在此被丢弃
scene-drops-unseen = 会丢弃？
scene-policy-drops = 默认策略丢弃
scene-inside = { $chain } 之内
scene-hint = 向右：下一条规则 · 向下：跳转 · 回上：返回
scene-base = 基础链 · 默认策略 { $policy }
scene-folded = 中间 { $count } 条链
scene-takes = 规则 { $number } 占 { $share }
scene-takes-each = { $count } 条规则各占 { $share }
cards-of = { $count } 个中的 { $number } 个
cards-more = 等，另有 { $count } 个
scene-follow = 点一个跟着走。
scene-both-same = 两条结果相同。
scene-all-same = { $count } 条结果全都相同。
scene-more = 另有 { $count } 个
scene-rules-of = { $chain } 的规则
scene-rules-shown = 第 { $first }–{ $last } 条，共 { $count } 条
legend-rules = 有规则
legend-empty = 空
legend-unpasted = 未粘贴
legend-walked = 已走过
legend-ahead = 尚未走到
name-policy = 默认策略
tag-from = 从
tag-to = 到
tag-kind = 包
panel-start = 数据包
panel-now = 此刻
panel-next = 接下来
panel-more = 还有 { $count } 步
panel-was = 原为 { $value }
panel-ask = 每条路径都会走到底。在横幅中作答即可只留一条。
panel-decided = 起决定作用的几步
panel-ways = { $count } 条可能的路径
panel-way = 这条路径上：{ $way }

## 来自别处的案例

link-none = 这不是一个推演链接。
link-cut-off = 链接不完整，缺少结尾。请对方重新发送，或者改发文件。
link-damaged = 链接在途中被改动，无法读取。请对方重新发送，或者改发文件。
link-too-long = 链接超出了允许的长度。请对方改发文件。
link-not-text = 链接里的内容不是文本。
link-newer = 链接由更新版本的 Chainwalk 制作，这里是 { $here }。
link-newer-by = 链接由 Chainwalk { $by } 制作，这里是 { $here }。
link-elsewhere = “{ $path }”不是本页面的文件，这里不会从别处读取任何内容。
link-missing = 这里没有“{ $name }”。
ended-otherwise = 制作时，第 { $number } 个数据包的结局是：<b>{ $then }</b>。
ended-otherwise-by = 制作时（Chainwalk { $by }），第 { $number } 个数据包的结局是：<b>{ $then }</b>。
travel-lines = 粘贴的文本（{ $count } 行）
travel-packets = { $count } 个数据包
travel-facts = { $count } 条事实
travel-edits = { $count } 处改动
names-public = { $count } 个公网地址
names-macs = { $count } 个 MAC 地址
names-hosts = { $count } 个主机名
names-others = 其中有 <b>{ $what }</b>。
replaced-same = <b>路径相同，{ $of } 步全部一致。</b>已用新名称重新推演。
replaced-otherwise = <b>路径改变了</b>：{ $of } 步中有 { $steps } 步一致。某条规则检查了被替换的内容，请保留它。
replaced-unwalked = 没有发送数据包，没有路径可比较。
figure-place = { $chain } 第 { $number } 条规则
figure-policy = { $chain } 的默认策略
choice-local = 到本机 <c>{ $dst }</c>
choice-out = 到 <c>{ $dst }</c>，从 <c>{ $iface }</c> 出去，来自 <c>{ $src }</c>
undone-no-dnat = 你漏掉了 NAT：到那时包的目的地已是 <w>{ $dst }</w>。DNAT 在路由之前。
undone-no-snat = 你漏掉了 NAT：包离开时的源地址是 <w>{ $src }</w>。
undone-no-nat = NAT 没有改动这个包。
undone-forward = 这个包是发给别的主机的：路由把它送到 FORWARD，INPUT 根本不会被问。
undone-input = 这个包是发给本机的：路由把它送到 INPUT，FORWARD 根本不会被问。
undone-filter-first = 轮到 filter 时，包的目的地已经是 <w>{ $dst }</w>：DNAT 在先。
undone-policy = 只有没有规则作出决定时，才轮到默认策略。
undone-policy-rule = 只有没有规则作出决定时，才轮到默认策略。这里是{ $rule }作了决定。
undone-last-match = 规则从上往下问，第一条作出决定的规则说了算。
undone-last-match-rule = 规则从上往下问，第一条作出决定的规则说了算。这里是{ $rule }作了决定。
undone-looks-right = 规则的所有条件都成立才算匹配，不只看地址和端口。
undone-return = RETURN 回到调用它的链，跳转之后的规则仍会被问。
undone-reject = REJECT 会回复发送方，只有 DROP 一声不响。
undone-drop = DROP 什么也不说，只有 REJECT 会回复。
undone-reply = 这个包属于 conntrack 认识的连接：ESTABLISHED 那条规则接住了它。
undone-routing = 钩子之间路由也要过问：{ $why }
undone-routing-passes = 路由放行了这个包。
room-off = 不经过
room-host = 本机
room-policy = 默认策略 { $policy }
room-from = 从 { $chain } 而来
room-earlier = 不匹配
room-was = 原为 { $was }
