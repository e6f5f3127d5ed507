//! Messages of purchases.

messages! {
    /// Messages of purchases.
    Prices {
        day_future: "日期晚于今天。请核对日期", "the day is still to come; check the date";
        other_hospital: "不是推送方本院的编码；医疗机构的令牌只能推送本院的采购记录", "not the code of the hospital that sends it; a hospital's token may send its own purchases only";
        quantity_none: "数量不能为零；退货请填负数", "the quantity must not be zero; a return is below zero";
        amount_differs: "数量乘以单价四舍五入到分是{product}，与金额不符。请核对三者", "quantity times unit price, rounded half up to the cent, is {product}; check the three";
        repeats: "文件中有超过一百万种行重复出现，无法逐一区分。请核对是否同一内容被拼接了两次。", "More than a million different lines of the file come more than once. Check whether it holds the same twice.";
        underway: "另一个进程正在导入同一文件。请等它结束后再试；若它已中断，重新运行即可接着导入。", "Another run is importing the same file. Wait for it to end; if it was broken off, run the command again and it goes on from there.";
        changed: "文件在读取过程中被改动，未导入任何一行。请等文件写完后重新导入。", "The file was changed while it was read and no line of it was taken. Import it again when it is complete.";
        cli_profile: "采购记录和挂网价格各只有一种格式，不需要--profile。", "Purchases and listings come in one format only; leave --profile out.";
        cli_match: "产品目录没有未匹配的行；--match只用于transactions和listings。", "The catalogue keeps no unmatched lines; --match is for transactions and listings.";
        cli_bad: "有{count}处错误，未导入任何一行。请改正，或用--skip-bad跳过错误行。", "There are {count} faults and nothing was imported. Correct them, or leave bad lines out with --skip-bad.";
        cli_dry: "仅检查，没有导入。", "Dry run: nothing was imported.";
        cli_known: "同一文件已于{at}导入，没有新内容。", "This file was imported at {at}; nothing is new.";
        cli_checked: "已检查{count}行", "{count} lines checked";
        cli_staged: "已读入{count}/{all}行", "{count} of {all} lines staged";
        cli_moved: "已入库{count}/{all}行", "{count} of {all} lines stored";
    }
}
