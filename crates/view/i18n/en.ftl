idle-paste = Paste the rules of a host
reason-not = { $what }, not { $wanted }
