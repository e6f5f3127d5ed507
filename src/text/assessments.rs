//! Messages of assessment scores.

messages! {
    /// Messages of assessment scores.
    Assessments {
        title: "考核得分", "Assessment scores";
        intro: "医保部门对医疗机构落实集采情况的考核得分（0–100）及依据，审定前可改。", "The bureau's scores (0 to 100) of how hospitals carried procurement out, with their evidence; changed until approval.";
        choose_plan: "请选择方案。", "Choose a plan.";
        no_plan: "还没有结余留用方案，请先新建。", "There is no plan yet; make one first.";
        empty: "还没有录入考核得分。", "No score yet.";
        unscored: "尚无得分的医疗机构（{count} 家）", "Hospitals without a score ({count})";
        enter: "录入得分", "Enter a score";
        all_scored: "全部医疗机构均有得分。", "Every hospital has its score.";
        hospital: "医疗机构", "Hospital";
        hospital_code: "医疗机构编码", "Hospital code";
        score: "得分（0–100，至多两位小数）", "Score (0 to 100, at most two decimals)";
        grade: "等次", "Grade";
        evidence: "考核依据", "Evidence";
        at: "时间", "When";
        by: "经办人", "By";
        change: "修改得分", "Change the score";
        fixed: "方案已审定或待复核，得分不能改动。", "The plan is approved or waits for review; the score cannot be changed.";
        history: "变更记录", "History";
        documents: "证明材料", "Documents";
        documents_none: "没有材料。", "No documents.";
        documents_hint: "PDF、PNG、JPEG、DOCX 或 XLSX，每家最多 10 个文件。", "PDF, PNG, JPEG, DOCX or XLSX, at most 10 files a hospital.";
        document: "文件", "File";
        size: "大小（字节）", "Size (bytes)";
        add_document: "上传材料", "Add a document";
        upload_hint: "CSV 或 XLSX。列：医疗机构编码、考核得分、考核依据。", "CSV or XLSX with the columns hospital, score, evidence.";
        bad_score: "得分“{given}”须在 0 至 100 之间，请改正。", "The score \"{given}\" must be from 0 to 100; correct it.";
        no_evidence: "请写明考核依据。", "State what the score rests on.";
        too_long: "最多 {most} 个字，请精简。", "At most {most} characters; shorten it.";
        scored: "医疗机构“{code}”已有得分，请在其页面修改。", "Hospital \"{code}\" has a score already; change it on its page.";
        too_many_documents: "每家医疗机构最多 {most} 个文件，请合并后上传。", "At most {most} documents a hospital; merge them.";
    }
}
