//! Messages of files.

messages! {
    /// Messages of files.
    Files {
        fault_line: "第{line}行，“{column}”为“{value}”：{reason}", "Line {line}, {column} is \"{value}\": {reason}";
        fault_whole_line: "第{line}行：{reason}", "Line {line}: {reason}";
        more_faults: "另有{count}处错误未逐一列出。", "{count} more faults are not listed.";
        import_ended: "文件已放弃，请重新上传。", "The file was discarded; upload it again.";
        import_faults: "文件有 {count} 处错误，没有录入任何内容。请改正后重新上传。", "The file has {count} faults and nothing of it was entered; correct it and upload it again.";
        import_waiting: "待核对", "waiting for review";
        import_applied: "已导入", "imported";
        import_cancelled: "已取消", "cancelled";
        empty: "文件是空的，没有表头。请按模板填写后重新上传。", "The file is empty and has no header. Fill in the template and upload it again.";
        too_large: "文件超过{limit}字节的上限。请拆分后分次上传。", "The file is larger than the limit of {limit} bytes. Split it and upload the parts.";
        too_many_lines: "文件超过{limit}行的上限。请拆分后分次上传。", "The file has more than the limit of {limit} lines. Split it and upload the parts.";
        too_many_columns: "第{line}行超过{limit}列的上限。请删除多余的列。", "Line {line} has more than the limit of {limit} columns. Delete the columns that are not needed.";
        encoding: "第{line}行（第{offset}字节处）既不是UTF-8也不是GB18030编码。请将文件另存为“CSV UTF-8”后重新上传。", "On line {line} (byte {offset}) the file is neither UTF-8 nor GB18030. Save it as \"CSV UTF-8\" and upload it again.";
        utf16: "文件是UTF-16编码。请将文件另存为“CSV UTF-8”后重新上传。", "The file is in UTF-16. Save it as \"CSV UTF-8\" and upload it again.";
        nul: "第{line}行含有空字节（NUL），文件已损坏或不是表格。请从原系统重新导出。", "Line {line} holds a NUL byte: the file is damaged or not a table. Export it again.";
        quote_open: "第{line}行的双引号没有配对结束。请检查该行的引号后重新上传。", "The quotation mark opened on line {line} is never closed. Correct the quotation marks of that line and upload again.";
        quote_stray: "第{line}行双引号结束后仍有文字。单元格内的双引号须写成两个。", "Line {line} has text after a closing quotation mark. Write a quotation mark inside a cell twice.";
        old_excel: "这是旧版Excel文件（.xls）或加密的文件。请去除密码并另存为.xlsx或CSV后重新上传。", "This is an old Excel file (.xls) or an encrypted one. Remove the password, save it as .xlsx or CSV and upload it again.";
        damaged: "Excel文件已损坏，无法读取。请用表格软件打开后另存为.xlsx再上传。", "The Excel file is damaged and cannot be read. Open it in a spreadsheet program, save it again as .xlsx and upload that.";
        bomb: "Excel文件解压后超过{limit}字节，疑似恶意文件，已拒绝。请只保留数据表，另存后重新上传。", "The Excel file unpacks to more than {limit} bytes and was refused as hostile. Keep only the data sheet, save it again and upload that.";
        no_sheet: "Excel文件中没有可见的工作表。请将数据放在第一张工作表中。", "The Excel file has no visible worksheet. Put the data on the first sheet.";
        header_formula: "表头单元格{address}是公式。请将其改为文字。", "The header cell {address} is a formula. Replace it with plain text.";
        header_none: "第{line}行不是表头，没有找到任何已知的列名。应有的列：{wanted}。", "Line {line} is not a header: none of its columns is known. Expected columns: {wanted}.";
        header_missing: "缺少列：{names}。", "Missing columns: {names}.";
        header_unknown: "无法识别的列：{names}。请删除或改成模板中的列名。", "Unknown columns: {names}. Delete them or rename them as in the template.";
        header_twice: "重复的列：{names}。每列只能出现一次。", "Columns given twice: {names}. Give each column once.";
        cell_missing: "必填，不能为空", "a value is required";
        cell_malformed: "不是规范的数字。只能填写数字和一个小数点，不要使用千分位、单位或全角字符", "not a plain number: write digits and at most one point, without separators, units or full-width characters";
        cell_decimals: "最多保留{places}位小数", "at most {places} decimals are allowed";
        cell_too_large: "数字过大", "the number is too large";
        cell_negative: "不能为负数", "must not be negative";
        cell_not_positive: "必须大于零", "must be greater than zero";
        cell_too_long: "超过{limit}个字符的上限，请缩短", "longer than the limit of {limit} characters; shorten it";
        cell_control: "含有换行等控制字符，请删除", "holds a line break or another control character; remove it";
        cell_formula: "单元格{address}是公式。请复制后“选择性粘贴—数值”，以数值代替公式", "cell {address} is a formula; paste it as a value";
        cell_error: "单元格{address}是错误值，请改正", "cell {address} holds an error value; correct it";
        cell_inexact: "单元格{address}的数字超过15位，Excel已丢失精度。请将该列设为“文本”格式后重新填写", "cell {address} holds a number of more than 15 digits, which Excel does not keep exactly; format the column as text and enter it again";
        cell_span: "单元格{address}是时长格式，请改为文本、数字或日期", "cell {address} holds a span of time; make it text, a number or a date";
        cell_count: "本行有{found}个单元格，表头有{wanted}列。请检查分隔符和引号", "the line has {found} cells but the header has {wanted}; check the separators and quotation marks";
        cell_one_of: "只能填写：{words}", "write one of: {words}";
        cell_date: "不是有效的日期，应写成2026-11-23", "not a date; write it like 2026-11-23";
        line_no_object: "这一行不是 JSON 对象。每行请写一个 {…}", "the line is no JSON object; write one {…} on each line";
        cell_long_number: "数字超过 15 位，可能已失真。请写成带引号的文本", "the number has more than 15 digits, which JSON does not keep; write it as a text in quotes";
        cell_no_value: "只能是文本或数字", "must be a text or a number";
        cell_unknown: "没有这个字段，可用的有：{names}", "there is no such field; there are {names}";
        list_join: "、", ", ";
    }
}
