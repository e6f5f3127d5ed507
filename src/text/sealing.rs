//! Messages of openers, their keys, signed receipts and published roots.

messages! {
    /// Messages of openers, their keys, signed receipts and published roots.
    Sealing {
        openers_title: "开标人与开标密钥", "Openers and their keys";
        openers_intro: "每份申报文件在接收时即加密，须由指定开标人中的规定人数持各自密钥共同到场才能开启。密钥只交给本人，平台不留存；少于规定人数时，任何人（包括平台）都不能读取报价。", "Each bid is encrypted the moment it is received, and only as many of the named openers as are needed, each with his own key, can open it together. A key is given to its holder alone and not kept by the platform; with fewer of them nobody, the platform included, can read a price.";
        needed: "开启所需人数", "Openers needed";
        needed_value: "{n} 人中的 {m} 人", "{m} of {n}";
        opener: "开标人", "Opener";
        login: "登录名", "Login";
        key_state: "密钥", "Key";
        key_none: "未领取", "Not taken";
        key_taken: "已领取，尚未确认保存", "Taken, not yet confirmed as kept";
        key_kept: "已领取并确认保存", "Taken and confirmed as kept";
        fingerprint: "公钥指纹", "Fingerprint of the public key";
        taken_at: "领取时间", "Taken at";
        caption: "指定的开标人", "The named openers";
        nobody: "尚未指定开标人。指定并全部领取密钥之前，不能开放申报。", "No openers have been named. Until they are, and all have taken their keys, bidding cannot be opened.";
        name_title: "指定开标人", "Name the openers";
        name_hint: "至少两人，其中至少一名采购经办和一名非采购经办。重新指定后，不再担任者的密钥作废，留任者的密钥继续有效。", "At least two people, among them at least one procurement officer and one who is not. Naming anew voids the keys of those who leave; those who stay keep theirs.";
        choose: "选择开标人", "Choose the openers";
        needed_label: "须到场人数", "How many must come together";
        needed_hint: "建议少于开标人总数，以免一人遗失密钥就无法开标。", "Best fewer than there are openers, so that one lost key does not prevent the opening.";
        name_button: "指定", "Name them";
        officer: "采购经办", "officer";
        closed_note: "已收到申报文件，开标人和密钥不能再变更。", "Bids have been received: openers and keys no longer change.";
        take_title: "领取本人的开标密钥", "Take your key";
        take_hint: "密钥只显示一次。领取后请立即存为文件（建议存于本人保管的U盘并另打印一份封存），然后将文件交回核对，以确认保存无误。", "The key is shown once. Save it as a file at once (on a medium that only you keep, with a printed copy locked away), then give the file back to be checked: that confirms that it was kept.";
        take_button: "领取密钥", "Take the key";
        take_again: "重新领取密钥", "Take a new key";
        take_question: "确定领取开标密钥？密钥只显示一次。", "Take the key? It is shown once.";
        take_again_question: "重新领取后，原密钥作废。确定重新领取？", "A new key voids the one you have. Take a new one?";
        key_title: "您的开标密钥（仅显示这一次）", "Your key (shown only this once)";
        key_text: "密钥文件内容", "Content of the key file";
        key_save: "存为文件", "Save as a file";
        key_warning: "离开本页后，任何人都无法再取得这把密钥。请先保存，再在下方交回文件核对。切勿通过邮件或聊天软件传送，切勿与其他开标人的密钥放在一起。", "Once you leave this page nobody can get this key again. Save it first, then give the file back below. Never send it by mail or chat, and never keep it together with another opener's key.";
        keep_title: "确认已保存", "Confirm that it was kept";
        keep_hint: "选择刚才保存的密钥文件，或粘贴其内容。平台只核对，不留存。", "Choose the key file just saved, or paste its content. The platform only checks it and does not keep it.";
        keep_button: "交回核对", "Check it";
        key_file: "密钥文件", "Key file";
        key_paste: "或粘贴密钥内容", "Or paste the key";
        ready_note: "您的密钥已确认保存。请妥善保管至开标。", "Your key is confirmed as kept. Keep it safe until the opening.";

        in_use: "已收到申报文件，开标人和密钥不能再变更。如密钥遗失且到场人数不足，只能废止本批次后重新组织。", "Bids have been received: openers and keys no longer change. If keys are lost and too few openers can come, the round can only be given up and held anew.";
        not_named: "本批次尚未指定开标人。请采购经办先在“开标人与开标密钥”页面指定。", "No openers have been named for this round. An officer names them on the page \"Openers and their keys\" first.";
        wrong_number: "选择了 {n} 人。开标人应为 {least} 至 {most} 人，请重新选择。", "{n} people were chosen; a round has {least} to {most} openers. Choose again.";
        wrong_needed: "须到场人数为 {m}，而开标人共 {n} 人。须到场人数应在 {least} 至 {n} 之间。", "{m} are to be needed of {n} openers; the number needed lies between {least} and {n}.";
        one_sided: "开标人中应至少有一名采购经办和一名非采购经办。请调整人选。", "Among the openers there must be at least one officer and one who is not. Choose again.";
        unknown_opener: "账号 {id} 不能担任开标人：应为在用的采购经办或复核账号。请刷新页面后重新选择。", "Account {id} cannot be an opener: it must be an active officer's or reviewer's. Reload the page and choose again.";
        not_an_opener: "您不是本批次指定的开标人，不能进行此操作。", "You are not one of this round's openers and cannot do this.";
        keys_missing: "以下开标人尚未领取密钥并确认保存，不能开放申报：{names}。请其登录后在“开标人与开标密钥”页面办理。", "Bidding cannot be opened: these openers have not yet taken their key and confirmed that it was kept: {names}. They do so on the page \"Openers and their keys\".";
        not_a_key: "没有给出密钥，或密钥文件不完整。请选择领取时保存的文件，或完整粘贴其内容。", "No key was given, or the key file is damaged. Choose the file saved when the key was taken, or paste all of it.";
        wrong_key: "这不是您本人的开标密钥，本次操作已被拒绝。请使用您领取的密钥文件。", "This is not your key, and this attempt was refused. Use the key file that you took.";
        other_round: "这是另一批次的开标密钥。请使用为本批次领取的密钥文件。", "This key is for another round. Use the key file that you took for this one.";
        void_key: "这把密钥已作废：之后又领取过新的密钥。请使用最近一次领取的密钥文件。", "This key is void: a newer one was taken after it. Use the key file taken last.";
        no_keys: "本批次的开标密钥尚未备齐，暂不能接收申报文件。请联系采购经办，稍后再提交。", "The keys of this round's openers are not complete, so bids cannot be received yet. Ask the procurement office and submit later.";
        no_root: "截止时的回执默克尔根尚未公布，暂不能开标。平台每分钟自动处理一次，请稍候再试。", "The root of the receipts has not been published yet, so the opening must wait. The platform does this every minute; try again shortly.";
        root_differs: "现有 {found} 份回执与截止时公布的默克尔根（{published} 份）不符：截止后有回执被增加、删除或改动。开标已中止，没有开启任何文件。请保全数据库并查明原因。", "The {found} receipts there are do not match the root published at the deadline over {published}: a receipt was added, removed or changed since. The opening was stopped and nothing was opened. Preserve the database and find out why.";

        opening_rule: "本批次由指定的 {n} 名开标人中的 {m} 人共同开启。每人用本人密钥确认，首次确认起 30 分钟内须达到规定人数，逾期须重新确认。人数达到后，系统立即核对全部回执并开启。", "Of the {n} named openers {m} open this round together. Each confirms with his own key; a confirmation waits 30 minutes for the others, then lapses. With the last one needed all receipts are checked and everything is opened at once.";
        opening_key_hint: "密钥只在本次核对时使用，不保存、不记入日志。", "The key is used for this check only; it is neither stored nor logged.";
        opening_not_mine: "您不是本批次指定的开标人，只能查看。", "You are not one of this round's openers; you can only look.";
        opening_lost: "如密钥遗失，能到场的开标人少于 {m} 人，则申报文件永远无法开启，包括平台在内。此时采购经办只能在批次页面废止本批次，并重新组织。", "If keys are lost and fewer than {m} openers can come, the bids can never be opened, not even by the platform. The officer can then only give the round up on its page and hold it anew.";
        first_waits: "{name} 已确认，有效至 {until}。", "{name} has confirmed; this holds until {until}.";
        still_needed: "还需 {n} 人确认。", "{n} more must confirm.";

        signature: "平台签名（Ed25519）", "Platform's signature (Ed25519)";
        signing_key: "验签公钥", "Public key to check it";
        sealed_hash: "密文摘要 SHA-256", "Hash of what is kept (SHA-256)";
        receipt_file: "下载签名回执", "Signed receipt";
        inclusion_file: "下载默克尔包含证明", "Proof of inclusion";
        unsigned: "本回执由早期版本出具，将在申报截止时补签。", "This receipt is of an earlier version; it will be signed at the deadline.";
        copy_title: "请立即保存本申报的副本", "Keep your copy of this bid now";
        copy_note: "申报文件已加密。开标前任何人（包括平台）都不能再读取，因此以下内容只在此时提供：它与回执一起证明贵单位的申报。请存为文件妥善保管，开标前勿外传。", "The bid is encrypted. Until the opening nobody, the platform included, can read it again, so this copy is given only now: together with the receipt it proves your bid. Save it as a file and keep it secret until the opening.";
        copy_text: "申报内容副本", "Copy of the content";
        copy_save: "存为文件", "Save as a file";
        copy_check: "该文件的 SHA-256 即回执上的内容摘要。核验命令：jicai receipt verify 回执文件 --content 副本文件", "The SHA-256 of the file is the content hash on the receipt. To check: jicai receipt verify RECEIPT --content COPY";
        sealed_content: "申报文件已加密，开标前任何人（包括贵单位和平台）都不能通过平台查看内容。请使用提交时保存的副本。如需变更，请在截止前重新填报，新的申报整体替换旧的。", "The bid is encrypted: until the opening nobody, neither you nor the platform, can read its content here. Use the copy saved when it was submitted. To change it, bid anew before the deadline; the new bid replaces the old as a whole.";

        public_title: "申报回执公示与核验", "Receipts: published roots and how to check them";
        public_intro: "每个批次申报截止时，平台对收到的全部申报回执（含已替换、已撤回的，不含迟到的）按序号计算默克尔根并在此公布。任何申报企业都可以据此核验自己的回执已被计入，且截止后没有增删改动。", "At the deadline of each round the platform computes the Merkle root over all receipts, by sequence (replaced and withdrawn ones included, late ones not), and publishes it here. Every bidder can check that its receipt was counted and that nothing was added, removed or changed afterwards.";
        public_key: "平台验签公钥（Ed25519）", "The platform's public key (Ed25519)";
        algorithm: "算法", "Algorithm";
        algorithm_value: "RFC 6962 默克尔树，SHA-256；叶为回执原文（签名行之前的全部字节）", "Merkle tree of RFC 6962 with SHA-256; a leaf is the receipt's text (every byte before its signature line)";
        how_to_check: "核验命令", "To check";
        command: "jicai receipt verify 回执文件 --key 公钥 --root 默克尔根 --proof 包含证明文件", "jicai receipt verify RECEIPT --key PUBLIC --root ROOT --proof PROOF";
        roots_caption: "已公布的默克尔根", "Published roots";
        roots_empty: "还没有批次截止申报。", "No round has closed for bids yet.";
        round: "批次", "Round";
        receipts: "回执份数", "Receipts";
        root: "默克尔根", "Root";
        closed_at: "公布时间", "Published at";

        verify_not_a_receipt: "{file} 不是签名回执，或已损坏", "{file} is no signed receipt, or it is damaged";
        verify_bad_text: "{file} 的内容不是平台出具的格式", "{file} is not written as the platform writes receipts";
        verify_bad_signature: "签名不符：回执内容或签名被改动过", "The signature does not match: the receipt or its signature was changed";
        verify_other_key: "回执用另一把公钥签署：{key}", "The receipt was signed with another key: {key}";
        verify_key_advice: "未给出 --key：请自行核对公钥与平台公布的是否一致：{key}", "No --key was given: compare the key with the one the platform publishes: {key}";
        verify_bad_content: "{file} 的 SHA-256 与回执上的内容摘要不符", "The SHA-256 of {file} is not the content hash on the receipt";
        verify_not_a_proof: "{file} 不是包含证明，或已损坏", "{file} is no proof of inclusion, or it is damaged";
        verify_not_included: "包含证明不成立：该回执不在这个默克尔根之下", "The proof fails: the receipt is not under this root";
        verify_other_root: "包含证明针对另一个默克尔根：{root}", "The proof is for another root: {root}";
        verify_other_round: "包含证明属于另一批次", "The proof is of another round";
        verify_need_both: "--root 和 --proof 须同时给出", "--root and --proof are given together";
        verify_unreadable: "无法读取 {file}：{error}", "{file} cannot be read: {error}";
        verify_signed: "签名有效：批次 {number}，序号 {seq}，{supplier}，{at} 接收", "Signature valid: round {number}, sequence {seq}, {supplier}, received {at}";
        verify_content_fits: "内容与回执相符", "The content fits the receipt";
        verify_included: "已计入：第 {index} 份，共 {count} 份，默克尔根 {root}", "Included: receipt {index} of {count} under root {root}";
    }
}
