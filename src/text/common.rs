//! Messages every page uses.

messages! {
    /// Messages every page uses.
    Common {
        product: "集采平台", "Procurement platform";
        other_language: "English", "中文";
        skip: "跳到正文", "Skip to content";
        footer: "医疗保障局药品和医用耗材集中带量采购平台", "Volume-based procurement of drugs and medical consumables";
        message: "提示", "Notice";
        back: "返回", "Back";
        done: "操作已完成。", "Done.";
        not_found: "没有找到这一页，或者您无权查看。请检查地址，或从首页重新进入。", "There is no such page, or it is not yours to see. Check the address or start again from the home page.";
        forbidden: "您的角色不能进行此操作。如有需要，请联系系统管理员调整角色。", "Your role may not do this. Ask an administrator if you need it.";
        fault: "系统出现故障，操作没有生效。故障已记录，请稍后重试。", "Something went wrong on our side and nothing was changed. The fault is recorded; please try again later.";
        field_empty: "此项必填。", "This field is required.";
        field_number: "“{text}”不是有效的数字，只能用数字和一个小数点。", "\"{text}\" is not a number: use digits and one decimal point only.";
        field_decimals: "“{text}”的小数位过多，最多 {n} 位。", "\"{text}\" has too many decimals; at most {n} are kept.";
        field_time: "“{text}”不是有效的日期时间，应形如 2026-11-23 09:00。", "\"{text}\" is not a date and time such as 2026-11-23 09:00.";
        field_choice: "“{text}”不在可选范围内，请重新选择。", "\"{text}\" is not one of the choices; choose again.";
        form_unreadable: "表单内容无法读取，请返回重新填写。", "The form could not be read; go back and fill it in again.";
        in_english: "（原文为英文）", "(English)";
        remark_hint: "不同意或退回时必填。", "Needed unless you agree.";
        upload_refused: "文件无法读取或超过 {n} MiB 上限，请检查后重新上传。", "The file could not be read or is over {n} MiB; check it and upload it again.";
        save: "保存", "Save";
        cancel: "取消", "Cancel";
        search: "查询", "Search";
        next_page: "下一页", "Next page";
        first_page: "首页", "First page";
        export_csv: "导出 CSV", "Export CSV";
        export_xlsx: "导出 Excel", "Export XLSX";
        print: "打印", "Print";
        confirm: "确认", "Confirm";
        none: "无", "None";
        yes: "是", "Yes";
        no: "否", "No";
        all: "全部", "All";
        actions: "操作", "Actions";
        upload: "上传", "Upload";
        file: "文件", "File";
        yuan: "元", "yuan";
    }
}
