//! Messages of negotiated drugs.

messages! {
    /// Messages of negotiated drugs.
    Negotiated {
        title: "谈判药品支付标准", "Standards of negotiated drugs";
        hint: "国家谈判药品的支付标准按文件上传，核对后形成草稿，经提请和复核发布；支付标准按最小制剂单位发布。", "Standards of negotiated drugs are uploaded from the document, reviewed and drafted, then released by two people; they are released for one smallest unit.";
        empty: "还没有谈判药品清单。请上传文件开始。", "There is no list yet. Upload a file to begin.";
        caption: "谈判药品清单，新的在前", "Lists of negotiated drugs, newest first";
        number: "清单编号", "List";
        list_title: "清单名称", "Title";
        state: "状态", "State";
        created_at: "起草时间", "Drafted";
        s_draft: "草稿", "Draft";
        s_released: "已发布", "Released";
        s_discarded: "已放弃", "Discarded";
        action: "发布谈判药品支付标准", "Release standards of negotiated drugs";
        basis: "国家谈判", "National negotiation";
        upload: "上传谈判药品", "Upload negotiated drugs";
        upload_hint: "CSV 或 XLSX，列：医保编码、支付标准、单位、起始日期、截止日期、双通道（是/否）、文号、备注。单位为最小制剂单位或整包装；整包装按包装数折算。文件有错则整份不生效。", "CSV or XLSX with the columns product, payment_standard, unit, from, to, dual_channel (yes/no), basis_document, remark. The unit is the smallest one or the pack, which is divided by what it holds. A file with a fault changes nothing.";
        template: "下载模板", "Template";
        review_title: "核对谈判药品文件", "Review of a file of negotiated drugs";
        review_counts: "共 {count} 条：新增 {new}，上调 {raised}，下调 {lowered}，不变 {same}。形成草稿后仍须提请和复核才发布。", "{count} lines: {new} new, {raised} raised, {lowered} lowered, {same} the same. The draft is released only after a request and its approval.";
        review_faults: "文件有 {count} 处错误，改正后重新上传：", "The file has {count} faults; correct them and upload it again:";
        review_more: "另有 {count} 条未在此显示，全部将一并处理。", "{count} more lines are not shown here; all are drafted together.";
        review_apply: "形成草稿", "Make a draft";
        review_cancel: "放弃文件", "Discard the file";
        review_ended: "此文件{state}。", "This file: {state}.";
        line: "行", "Line";
        before: "现行标准（元）", "In force (yuan)";
        after: "新标准（元）", "New (yuan)";
        change: "变动", "Change";
        c_new: "新增", "New";
        c_raised: "上调", "Raised";
        c_lowered: "下调", "Lowered";
        c_same: "标准不变", "Same standard";
        unit: "单位", "Unit";
        dual_channel: "双通道", "Dual channel";
        document: "文号", "Document";
        remark: "备注", "Remark";
        draft_caption: "以下为尚未发布的支付标准。", "These standards are not yet released.";
        nothing: "没有待发布的支付标准：已全部发布，或与现行标准相同。", "Nothing to release: everything is released or the same as what is in force.";
        discard: "放弃草稿", "Discard the draft";
        discard_question: "放弃后不能恢复，需重新上传文件。是否继续？", "It cannot be restored; the file would have to be uploaded again. Continue?";
        r_title: "请填写清单名称，不超过 {most} 个字符。", "Give the list a title of at most {most} characters.";
        r_ends: "截止日期早于起始日期 {starts}，请核对。", "The last day comes before the first, {starts}; please check.";
        r_product: "产品目录中没有此医保编码，请先在产品目录中登记。", "The catalogue has no such code; enter the product first.";
        r_not_drug: "这是医用耗材；谈判药品文件只收药品。", "This is a consumable; the file takes drugs only.";
        r_unit: "单位“{unit}”既不是最小制剂单位（{smallest}），也不是可折算的整包装（{pack}）。", "The unit \"{unit}\" is neither the smallest one ({smallest}) nor a pack that can be divided ({pack}).";
        r_overlap: "与第 {line} 行同一产品的日期重叠；同一产品同一天只能有一个支付标准。", "Its days overlap those of the same product on line {line}; a product has one standard on a day.";
        r_bad_lines: "文件有 {count} 处错误，未作任何更改。请改正后重新上传。", "The file has {count} faults and nothing was changed. Correct it and upload it again.";
        r_cancelled: "此文件已放弃，请重新上传。", "This file was discarded; upload it again.";
        r_ended: "清单{state}，不能再处理。", "The list is: {state}; nothing more can be done with it.";
        r_too_large: "数值过大，无法计算。请核对采购数据。", "A figure is too large to be computed. Check the purchases.";
    }
}
