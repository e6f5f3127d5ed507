//! Messages of the terms of carrying contracts out.

messages! {
    /// Messages of the terms of carrying contracts out.
    Terms {
        bad_value: "“{given}”不是 {least} 至 {most} 之间的数字，请重新填写。", "\"{given}\" is not a number from {least} to {most}; enter it again.";
        needs_value: "该参数必须有值，不能留空。", "This term needs a value and cannot be empty.";
        past: "生效日 {day} 已过，已按旧值办理的业务不再改变；请填写今天或以后的日期。", "{day} is past and what was done under the old value stays; enter today or a later day.";
        no_reason: "请写明调整依据。", "State the ground for the change.";
    }
}
