idle-paste = 粘贴一台主机的规则
reason-not = { $what }，不是 { $wanted }
