//! Messages that drafts of rules share, whatever they are drafts of.

messages! {
    /// Messages that drafts of rules share.
    Drafts {
        // Refusals.
        published_stays: "该草稿已发布，已发布的版本不能更改。请复制新的草稿。", "This draft was published, and a published version never changes; copy a new draft.";
        is_discarded: "该草稿已作废，不能再操作。请重新复制。", "This draft was discarded; copy a version again.";
        waits: "该草稿已提请复核，复核期间不能更改。需要更改时请先撤回。", "This draft waits for review and stays as it is; take the request back to change it.";
        changed_meanwhile: "您打开后，该草稿已被他人修改，您的修改没有保存。请核对下面列出的差异；再次保存将以您所填为准。", "Somebody else changed this draft after you opened it, so nothing was saved. Look at the differences below; saving again overwrites it.";
        nothing_changed: "草稿与所复制的版本没有差异，不需要发布。请先修改，或作废该草稿。", "The draft says the same as the version it was copied from; change something, or discard it.";

        // The list and the page.
        title: "草稿", "Drafts";
        state: "状态", "State";
        state_open: "起草", "being written";
        state_waits: "待复核", "waits for review";
        state_published: "已发布", "published";
        state_discarded: "已作废", "discarded";
        origin: "复制自", "Copied from";
        changed_at: "最后修改", "Last change";
        became: "发布为", "Published as";
        copy: "复制为草稿", "Copy into a draft";
        ask: "提请发布", "Ask to publish";
        ask_question: "确认提请另一人复核并发布？复核期间草稿不能更改。", "Ask a second person to review and publish? The draft stays as it is meanwhile.";
        withdraw: "撤回", "Withdraw";
        discard: "作废草稿", "Discard the draft";
        discard_question: "确认作废？作废后不能恢复。", "Discard this draft? It cannot be brought back.";
        asked_by: "{by} 于 {at} 提请复核。", "{by} asked for review at {at}.";
        decide: "复核", "Review";
        decide_question: "确认提交复核意见？批准后立即发布，已发布的版本不能更改。", "Submit the decision? Approved, it is published at once and never changes.";
        rejected: "上次复核未通过：{remark}", "The last review said no: {remark}";
        changes: "与所复制版本的差异", "What the draft changes";
        no_changes: "尚无差异。", "No differences yet.";
        before: "原值", "Before";
        after: "新值", "After";
        absent: "（无）", "(absent)";
    }
}
