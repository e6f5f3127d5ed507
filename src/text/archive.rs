//! Messages of round archives, their check, and replay.

messages! {
    /// Messages of round archives, their check, and replay.
    Archive {
        title: "批次档案与复算", "Archive and replay";
        intro: "档案是一个 ZIP 文件，含本批次的规则、竞价单元、申报、需求、评审核查、中选结果和全部回执；外部人员用命令 jicai verify 即可不联网、不用数据库逐项复算。档案按代码列出企业和医疗机构，不含任何个人信息。", "The archive is one ZIP file with the round's rules, lots, bids, demand, findings, award and every receipt; an outsider computes all of it again with jicai verify, without a network or a database. It names companies and hospitals by code, and no person.";
        download: "下载批次档案", "Download the archive";
        download_public: "批次档案（可复算）", "Archive (can be computed again)";
        no_award_in_it: "尚无与当前数据一致的计算结果，档案中暂无中选结果文件。", "No computed award rests on the data as they are now, so the archive holds no result files yet.";
        sums: "档案摘要", "SHA-256 of the archive";
        replay: "复算", "Replay";
        replay_hint: "按该版本计算时的数据和规则重新计算，与存档结果逐条比对；不改变任何数据。", "Computes the version again from the data and rules of its moment and compares it row by row with what is stored; nothing is changed.";
        replay_again: "复算此版本", "Replay this version";
        replay_none: "尚未计算中选结果，没有可复算的版本。", "No award has been computed, so there is nothing to replay.";
        replay_same: "复算一致：输入、结果摘要和 {n} 条明细均与第 {version} 版相同。", "The replay agrees: input, result and {n} rows are those of version {version}.";
        replay_differs: "复算与第 {version} 版存档不一致，见下表；请报告审计人员。", "The replay differs from what is stored as version {version}; see below and tell the auditors.";
        replay_input_differs: "第 {version} 版计算时的输入已无法完整还原，以下比对仅供参考。", "The input of version {version} can no longer be put together as it was; the comparison below is only an indication.";
        stored: "存档", "Stored";
        computed: "复算", "Computed again";
        place: "位置", "Place";
        column: "项目", "Item";
        compared: "比对条数", "Rows compared";
        not_opened: "批次尚未开标，没有档案。开标后再下载。", "The round is not opened yet, so there is no archive. Come back after the opening.";
        version_differs: "本程序对第 {version} 版的复算结果与存档不一致，不生成档案。请在复算页面查看差异。", "This program does not compute what is stored as version {version}, so no archive is written. The replay page shows where they differ.";
        no_round: "没有编号为“{number}”的批次，请核对编号。", "There is no round {number}; please check the number.";
        unreadable: "不是可读取的批次档案：{why}。请重新下载。", "Not a round archive that can be read: {why}. Download it again.";
        too_much: "档案超出允许的规模（{what} 不得多于 {most}），未读取。", "More than an archive ever holds ({what} above {most}); it was not read.";
        strange_name: "档案中有不应存在的文件“{name}”，未读取。", "The archive holds a file of a name no archive has, \"{name}\"; it was not read.";
        name_twice: "档案中有重名文件，未读取。", "The archive holds two files of one name; it was not read.";
        file_missing: "档案缺少文件“{name}”。请重新下载。", "The archive lacks the file \"{name}\". Download it again.";
        file_not_listed: "文件“{name}”未列入清单 manifest.json，未读取。", "The file \"{name}\" is not listed in manifest.json; the archive was not read.";
        json_unreadable: "{name} 无法读取：{why}。", "{name} cannot be read: {why}.";
        format_unknown: "档案格式“{format}”不是本程序认识的 {known}。请用相应版本的程序核验。", "The archive has the format \"{format}\"; this program knows {known}. Use the program of that version.";
        difference: "{file} 第 {line} 行，{column}：档案为“{archive}”，复算为“{computed}”", "{file} line {line}, {column}: the archive says \"{archive}\", computed \"{computed}\"";
        more: "另有 {n} 处不一致", "{n} more differences";
        checked: "{what}（{n} 项）", "{what} ({n})";
        check_manifest: "清单自身的摘要", "hash of the manifest";
        check_files: "各文件摘要", "hash of every file";
        check_rules: "规则与批次绑定的版本一致", "rule set the round is bound to";
        check_receipts: "回执签名与封存数据摘要", "signed receipts and what was sealed";
        check_root: "全部回执的默克尔根", "Merkle root of all receipts";
        check_contents: "开标内容与回执一致", "opened contents against their receipts";
        check_bids: "申报与开标内容、评审核查一致", "bids against opened contents and findings";
        check_input: "全部输入的摘要", "hash of the whole input";
        check_awards: "排序与中选结果", "ranking and award";
        check_allocations: "约定采购量分配", "agreed quantities";
        check_volumes: "各地区采购量", "volumes by region";
        check_questions: "可询问的申报企业", "who may still be asked";
        check_regions: "供应地区", "regions";
        check_standards: "医保支付标准", "payment standards";
        check_output: "全部结果的摘要", "hash of the whole result";
        note_round: "批次", "round";
        note_written: "生成时间", "written at";
        note_input: "输入摘要（与结果公布页核对）", "input hash (compare with the award page)";
        note_root: "默克尔根（与截止时公布的核对）", "Merkle root (compare with the one published at the deadline)";
        note_no_root: "本档案没有截止时公布的默克尔根（早期版本的批次）", "no root was published at the deadline (a round of an earlier version)";
        note_key: "平台签名公钥（与公布的核对）", "platform's public key (compare with the published one)";
        note_version: "结果版本", "award version";
        note_output: "结果摘要（与公示页核对）", "result hash (compare with the public page)";
        all_ok: "核验通过。", "Everything agrees.";
        not_ok: "核验未通过：见标为 differs 或 unchecked 的各行。", "The archive does not agree with itself: see the lines marked differs or unchecked.";
        written: "已写入 {file}（SHA-256 {sha256}）。", "Wrote {file} (SHA-256 {sha256}).";
    }
}
