keys! {
    IdlePaste = "idle-paste",
    ReasonNot = "reason-not",
}
