//! Messages of awards and of the files they are computed from.

messages! {
    /// Messages of awards and of the files they are computed from.
    Awards {
        lot_twice: "竞价单元“{lot}”重复，请只保留一个。", "Lot \"{lot}\" is there twice; keep one.";
        lot_unknown: "没有竞价单元“{lot}”，请先建立该竞价单元或改正编号。", "There is no lot \"{lot}\"; add it or correct the code.";
        bid_twice: "企业“{company}”在竞价单元“{lot}”中有两份报价，请只保留一份。", "Company \"{company}\" has two bids in lot \"{lot}\"; keep one.";
        no_such_bid: "企业“{company}”在竞价单元“{lot}”中没有报价，其答复无法采用，请改正或删除该答复。", "Company \"{company}\" does not bid in lot \"{lot}\", so its answer means nothing; correct or remove it.";
        consent_twice: "企业“{company}”在竞价单元“{lot}”中对同一询问（{question}）有两份答复，请只保留一份。", "Company \"{company}\" answers the same question ({question}) twice in lot \"{lot}\"; keep one.";
        ceiling: "竞价单元“{lot}”的最高有效申报价须大于 0 且不超过 {most} 元，请改正。", "The ceiling of lot \"{lot}\" must be above 0 and at most {most} yuan; correct it.";
        ratio: "企业“{company}”在竞价单元“{lot}”的差比价系数须在 {least} 至 {most} 之间，请改正。", "The price ratio of company \"{company}\" in lot \"{lot}\" must be between {least} and {most}; correct it.";
        demand_negative: "竞价单元“{lot}”的需求量中有负数，请改正。", "The demand for lot \"{lot}\" has a negative quantity; correct it.";
        volume_too_much: "竞价单元“{lot}”的需求量合计过大，无法保存，请检查数量和单位。", "The demand for lot \"{lot}\" adds up to more than can be kept; check quantities and units.";
        file_unreadable: "无法读取：{error}。请检查路径和权限。", "cannot be read: {error}. Check the path and its permissions.";
        file_no_lines: "只有表头没有数据，请至少填写一行。", "there is a header and no data; give at least one line.";
        ceiling_above: "最高有效申报价不能超过 {most} 元，请检查单位。", "a ceiling is at most {most} yuan; check the unit.";
        ratio_needed: "{why}请在“差比价系数”列填写系数。", "{why} Give the ratio in the column ratio.";
        ratio_outside: "差比价系数须在 {least} 至 {most} 之间，请改正。", "a price ratio must be between {least} and {most}; correct it.";
        line_lot_unknown: "竞价单元文件中没有该编号，请改正编号或补充竞价单元。", "the lots file has no such lot; correct the code or add the lot.";
        line_twice: "与第 {line} 行重复，请只保留一行。", "repeats line {line}; keep one of them.";
        bid_line_twice: "该企业在同一竞价单元的报价与第 {line} 行重复，请只保留一行。", "the company already bids in this lot on line {line}; keep one of them.";
        demand_line_twice: "同一医疗机构、竞价单元和厂牌与第 {line} 行重复，请合并为一行。", "repeats the hospital, lot and brand of line {line}; merge them into one line.";
        no_ratio: "本规则版本各规格同价，不作折算，请清空差比价系数。", "in this rule set all specs have one price and nothing is converted; leave the ratio blank.";
        product_alone: "填写产品须同时填写厂牌企业，请补充企业或清空产品。", "a product needs its company; give the company or leave the product blank.";
        line_no_bid: "该企业在此竞价单元没有报价，请改正编号或删除该行。", "the company does not bid in this lot; correct the code or remove the line.";
        consent_line_twice: "该企业在同一竞价单元对同一询问的答复与第 {line} 行重复，请只保留一行。", "the company already answers this question in this lot on line {line}; keep one of them.";
        more_faults: "另有 {more} 处错误未列出，共 {count} 处。", "{more} more faults are not listed; there are {count} in all.";
        output_unwritable: "无法写入“{folder}”：{error}。没有留下不完整的文件，请检查空间和权限后重试。", "Cannot write to \"{folder}\": {error}. No incomplete file was left; check space and permissions and try again.";
        unallocated: "竞价单元“{lot}”有 {quantity} 的约定采购量超出全部中选企业的供应能力，未能分配（{hospitals} 家医疗机构）。", "Lot \"{lot}\": {quantity} of the agreed volume is beyond the capacity of all winners and is not allocated ({hospitals} hospitals).";
        summary: "已按 {rules} 计算 {lots} 个竞价单元、{bids} 份报价，中选 {won} 份。", "Computed {lots} lots and {bids} bids by {rules}; {won} won.";
    }
}
