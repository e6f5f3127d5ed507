//! Messages of the calendar of working days.

messages! {
    /// Messages of the calendar of working days.
    Workdays {
        title: "工作日历", "Working days";
        hint: "周六、周日为休息日，其余为工作日；法定节假日和调休上班日按国务院办公厅通知在此登记。结算申请和核对的期限按本日历计算，已给出的期限不因日历变动而改变。", "Saturdays and Sundays are off and all other days are worked; holidays and make-up working days are entered here after the State Council's notice. Deadlines of claims and verification follow this calendar; those already given stay.";
        empty: "{year} 年没有登记节假日，期限只按周末计算。请按国务院办公厅通知登记，或上传文件。", "No holidays are entered for {year}: deadlines go by weekends alone. Enter them after the State Council's notice, or upload a file.";
        year: "年份", "Year";
        previous: "上一年", "Previous year";
        next: "下一年", "Next year";
        caption: "{year} 年与周末不同的日子", "Days of {year} that differ from the week";
        day: "日期", "Day";
        weekday: "星期", "Weekday";
        kind: "类别", "Kind";
        name: "节假日名称", "Holiday";
        entered: "登记时间", "Entered";
        off: "放假", "Off";
        work: "调休上班", "Worked";
        add: "登记", "Enter a day";
        remove: "删除", "Remove";
        remove_one: "删除 {day}", "Remove {day}";
        remove_question: "删除后该日按周末规则计算。是否继续？", "The day goes by the week again. Continue?";
        upload: "上传文件", "Upload a file";
        upload_hint: "CSV 或 XLSX，列为“日期、类别、名称”，类别填“放假”或“上班”。有一行不对就全部不收。", "CSV or XLSX with the columns day, kind, name; kind is off or work. One bad line and nothing is taken.";
        template: "下载模板", "Download a template";
        file: "文件", "File";
        months: "全年", "The year";
        working_days: "工作日 {n} 天", "{n} working days";
        mon: "一", "Mon";
        tue: "二", "Tue";
        wed: "三", "Wed";
        thu: "四", "Thu";
        fri: "五", "Fri";
        sat: "六", "Sat";
        sun: "日", "Sun";
        as_the_week: "{day} 按周末规则已是如此，不必登记；请核对日期和类别。", "{day} is so by the week already; check day and kind.";
        bad_name: "请填写节假日名称，不超过 50 字。", "Give the holiday's name, at most 50 characters.";
        twice: "与第 {line} 行是同一天，请只留一行。", "Line {line} names the same day; keep one of them.";
        faulty: "文件有 {count} 处不对，没有登记任何一天。{first}", "The file has {count} faults and nothing was entered. {first}";
        no_lines: "文件里没有数据行，请填写后再上传。", "The file has no lines of data; fill it in and upload it again.";
    }
}
