//! Messages of catalog.

messages! {
    /// Messages of catalog.
    Catalog {
        code_empty: "没有编码。", "There is no code.";
        code_unknown: "编码“{code}”不以X、Z、T或C开头，不是国家医保药品、中药饮片或医用耗材编码。", "The code \"{code}\" starts with none of X, Z, T and C: it is no national drug, decoction-piece or consumable code.";
        code_length: "编码“{code}”有{found}位，应为{wanted}位。", "The code \"{code}\" has {found} characters; it must have {wanted}.";
        code_letter: "编码“{code}”的第{position}位是“{found}”，应为大写字母A至Z。", "Character {position} of the code \"{code}\" is \"{found}\"; it must be a capital letter A to Z.";
        code_digit: "编码“{code}”的第{position}位是“{found}”，应为数字0至9。", "Character {position} of the code \"{code}\" is \"{found}\"; it must be a digit 0 to 9.";
        codes_bad: "共{all}个编码，其中{bad}个不合格。", "{bad} of {all} codes are bad.";
        or: "或", " or ";
        kind_western: "西药", "western drug";
        kind_patent: "中成药", "Chinese patent medicine";
        kind_piece: "中药饮片", "decoction piece";
        kind_consumable: "医用耗材", "consumable";

        uscc_length: "统一社会信用代码“{code}”有{found}位，应为18位。", "The unified social credit code \"{code}\" has {found} characters; it must have 18.";
        uscc_character: "统一社会信用代码“{code}”的第{position}位是“{found}”，该位不使用这个字符。", "Character {position} of the unified social credit code \"{code}\" is \"{found}\", which is not used there.";
        uscc_check: "统一社会信用代码“{code}”的校验位是“{found}”，按GB 32100应为“{wanted}”。确有例外，请核对营业执照后确认。", "The check character of the unified social credit code \"{code}\" is \"{found}\"; by GB 32100 it would be \"{wanted}\". Exceptions exist: compare it with the licence and confirm.";
        uscc_organisation: "统一社会信用代码“{code}”中组织机构代码的校验位是“{found}”，按GB 11714应为“{wanted}”。请核对营业执照后确认。", "The organisation part of the unified social credit code \"{code}\" ends with \"{found}\"; by GB 11714 it would be \"{wanted}\". Compare it with the licence and confirm.";
        approval_bad: "“{value}”不是规范的药品批准文号，应如“国药准字H20057521”。", "\"{value}\" is not a drug approval number, such as 国药准字H20057521.";
        registration_bad: "“{value}”不是规范的医疗器械注册证号，应如“国械注准20203130272”。", "\"{value}\" is not a device registration number, such as 国械注准20203130272.";
        institution_bad: "“{value}”不是规范的医药机构代码，应为H或P加11位数字。", "\"{value}\" is not an institution code: H or P and 11 digits.";

        spec_blank: "未填写规格。", "No specification is given.";
        spec_unstated: "规格“{text}”没有写明含量或装量。", "The specification \"{text}\" states neither content nor volume.";
        spec_range: "规格“{text}”是一个范围，不是确定的含量。", "The specification \"{text}\" is a range, not one content.";
        spec_number: "规格“{text}”中的数字过大或为零。", "A number in the specification \"{text}\" is too large or zero.";
        pack_count: "包装“{text}”没有写明数量和单位，应如“24片/盒”。", "The pack \"{text}\" states no count and unit, such as 24片/盒.";

        ratio_form: "从剂型“{base}”到“{other}”没有规定差比价系数，不能换算。", "No ratio is laid down from the form \"{base}\" to \"{other}\": the price cannot be converted.";
        ratio_measure: "规格“{base}”与“{other}”没有可比的含量，不能换算。", "The specifications \"{base}\" and \"{other}\" have no content in common: the price cannot be converted.";
        ratio_components: "复方规格“{base}”与“{other}”各成分不成比例，不能按含量换算。", "The components of \"{base}\" and \"{other}\" are not in proportion: the price cannot be converted by content.";
        ratio_volume: "注射剂“{base}”与“{other}”含量相同、装量不同且超过10ml，规则没有给出系数。", "The injections \"{base}\" and \"{other}\" have the same content in different volumes above 10 ml, for which there is no ratio.";
        ratio_unit: "包装单位“{base}”与“{other}”不同，数量不能比较。", "The units \"{base}\" and \"{other}\" differ: the counts cannot be compared.";
        ratio_solid_unit: "片剂、胶囊剂的数量应以片或粒计，不能以“{unit}”计。", "Tablets and capsules are counted one by one (片, 粒), not in \"{unit}\".";
        ratio_count: "包装数量“{count}”必须是大于零的数。", "The count \"{count}\" must be a number above zero.";
        ratio_price: "价格“{price}”必须是大于零的数。", "The price \"{price}\" must be a number above zero.";
        ratio_size: "差比价计算的数值超出范围，请检查规格和数量。", "The conversion leaves the range of numbers; check specifications and counts.";
        step_form: "剂型", "dosage form";
        step_content: "含量", "content";
        step_volume: "装量", "volume";
        step_count: "包装数量", "pack count";
        step_material: "包装材料", "packaging material";
        clause_form: "发改价格〔2011〕2452号第十六条", "NDRC Price [2011] 2452, art. 16";
        clause_content: "发改价格〔2011〕2452号：含量差比价1.7^log2X", "NDRC Price [2011] 2452: content ratio 1.7^log2 X";
        clause_volume: "发改价格〔2011〕2452号：装量差比价1.9^log2X", "NDRC Price [2011] 2452: volume ratio 1.9^log2 X";
        clause_same_volume: "发改价格〔2011〕2452号：10ml及以下注射剂含量相同不因装量不同加价", "NDRC Price [2011] 2452: injections up to 10 ml of the same content cost the same";
        clause_count: "发改价格〔2011〕2452号第十三条：包装数量差比价1.95^log2X", "NDRC Price [2011] 2452, art. 13: pack-count ratio 1.95^log2 X";
        clause_count_linear: "发改价格〔2011〕2452号：包装数量差比价K=X", "NDRC Price [2011] 2452: pack-count ratio K = X";
        clause_material: "发改价格〔2011〕2452号第十四条", "NDRC Price [2011] 2452, art. 14";
        ratio_step: "{name}：X={x}，K={k}（{clause}）", "{name}: X = {x}, K = {k} ({clause})";
        ratio_addition: "{name}：加{amount}元（{clause}）", "{name}: add {amount} yuan ({clause})";
        ratio_k: "K={k}", "K = {k}";

        // Refusals.
        code_taken: "编码“{code}”已属于目录中的另一个产品。请核对编码，或修改已有的产品。", "The code \"{code}\" already belongs to another product of the catalogue. Check the code, or edit that product.";
        text_long: "超过{limit}个字符的上限，请缩短。", "Longer than the limit of {limit} characters; shorten it.";
        price_not_positive: "挂网价格“{price}”必须大于零。没有挂网价格时请留空。", "The listing price \"{price}\" must be above zero. Leave it empty when there is none.";
        changed_meanwhile: "您打开表单后，该产品已于{at}被他人修改，您的修改没有保存。请重新打开该产品，核对后再改。", "Somebody else changed this product at {at}, after you opened the form; your change was not saved. Open the product again, compare and edit it anew.";
        line_twice: "与第{line}行的编码相同而内容不同，无法判断以哪一行为准。请只保留正确的一行", "line {line} has the same code with other contents, and nobody can tell which is right; keep only the right one";
        bad_lines_stop: "文件中有{count}行错误，没有导入任何内容。请改正后重新上传，或者确认跳过错误行、只导入正确的行。", "{count} lines of the file are bad and nothing was imported. Correct them and upload the file again, or confirm that bad lines are skipped and only good ones imported.";
        import_moved: "您核对之后目录已有变化，现在导入的结果会与您看到的不同，因此没有导入。下面是按最新目录重新比对的结果，请重新核对后再导入。", "The catalogue has changed since you reviewed the file, so importing would now do something else; nothing was imported. Below is the comparison with the catalogue as it is now: review it again, then import.";
        import_ended: "该文件{state}，不能再操作。需要时请重新上传。", "This file is {state}; nothing more can be done with it. Upload it again if needed.";
        import_no_columns: "尚未指定各列的含义。请先指定哪一列是什么，再核对导入内容。", "It has not been said yet which column is which. Choose the columns first, then review.";

        // Import.
        import_title: "导入产品目录", "Import products";
        import_hint: "支持CSV（UTF-8或GB18030）和XLSX文件，第一行为表头，最多{lines}行。可直接上传本平台导出的文件、海南药品挂网目录和贵州带量耗材编码表；其他文件上传后可逐列指定含义。上传后先核对，确认前不会改动目录。", "CSV (UTF-8 or GB18030) and XLSX files with a header line, at most {lines} lines. Files exported here, Hainan's drug listing and Guizhou's consumable codes are recognised; for others you say which column is which. You review every file first: nothing changes before you confirm.";
        import_columns: "本平台的列名：{names}。", "Our own columns: {names}.";
        import_recent: "最近上传的文件", "Recent files";
        import_none: "还没有上传过文件。请选择文件后点击“上传”。", "No file has been uploaded yet. Choose a file and press Upload.";
        import_no_file: "没有选择文件。请选择CSV或XLSX文件后再上传。", "No file was chosen. Choose a CSV or XLSX file and upload it.";
        file_name: "文件名", "File";
        uploaded_at: "上传时间", "Uploaded";
        ended_at: "处理时间", "Finished";
        state: "状态", "State";
        profile: "列名格式", "Column names";
        profile_standard: "本平台标准列名", "our own";
        profile_hainan: "海南药品挂网目录2024", "Hainan drug listing 2024";
        profile_guizhou: "贵州带量耗材编码", "Guizhou consumable codes";
        profile_chosen: "人工指定", "chosen by hand";
        hash: "文件SHA-256", "SHA-256 of the file";
        result: "结果", "Result";
        result_counts: "新增{new}，变更{changed}，不变{unchanged}，错误行{bad}", "{new} new, {changed} changed, {unchanged} unchanged, {bad} bad lines";
        review_title: "核对导入内容", "Review the import";
        review_done: "导入已完成：新增{new}个产品，变更{changed}个，不变{unchanged}个，跳过错误行{bad}行。", "The import is done: {new} products new, {changed} changed, {unchanged} unchanged, {bad} bad lines skipped.";
        review_cancelled: "该文件已取消，没有导入任何内容。", "This file was cancelled; nothing was imported.";
        count_new: "新增", "New";
        count_changed: "变更", "Changed";
        count_unchanged: "不变", "Unchanged";
        count_bad: "错误行", "Bad lines";
        count_repeated: "重复行", "Repeated lines";
        repeated_note: "内容完全相同的重复行已合并为一行。", "Lines that say exactly the same were taken once.";
        ignored_note: "以下列未读取：{names}。", "These columns are not read: {names}.";
        faults_kept: "只列出前{kept}处错误，共{all}处。", "Only the first {kept} of {all} faults are listed.";
        review_empty: "这一类没有内容。", "There is nothing of this kind.";
        bad_csv: "下载错误行（CSV）", "Download bad lines (CSV)";
        skip_bad: "跳过{count}行错误行，只导入正确的行", "Skip the {count} bad lines and import the good ones only";
        apply: "确认导入", "Import";
        apply_question: "确认按以上内容更新产品目录？", "Update the catalogue as shown?";
        cancel_import: "取消导入", "Cancel the import";
        cancel_question: "确认取消？文件将不保留，需要时须重新上传。", "Cancel? The file is not kept and would have to be uploaded again.";
        nothing_to_apply: "文件内容与目录完全一致，没有需要导入的内容。确认后仅记录本次核对。", "The file agrees with the catalogue and changes nothing. Confirming only records the review.";
        columns_title: "指定各列的含义", "Which column is which";
        columns_hint: "表头与已知格式都不相同。请为下面每一项选择文件中对应的列；编码和通用名必选，其余没有的可不选，已有产品的相应内容保持不变。", "The header follows no known format. Choose the file's column for each item; code and name are needed. Items left out stay as they are in known products.";
        columns_again: "重新指定各列的含义", "Choose the columns again";
        columns_sample: "文件的前几行", "The first lines of the file";
        column_absent: "（文件中没有）", "(not in the file)";
        columns_save: "按此比对", "Compare";
        line: "行号", "Line";
        column: "列", "Column";
        value: "值", "Value";
        reason: "原因和处理办法", "Reason and remedy";
        old_value: "现有内容", "Now";
        new_value: "导入后", "After the import";
        page_of: "第{page}页，共{pages}页", "Page {page} of {pages}";
        previous_page: "上一页", "Previous page";

        // The list and one product.
        title: "产品目录", "Catalogue";
        list_caption: "每页{n}个产品", "{n} products a page";
        list_empty: "目录中还没有产品。", "The catalogue is empty.";
        list_empty_import: "请导入产品文件或逐个录入。", "Import a product file or enter products one by one.";
        list_none: "没有符合条件的产品。请减少查询词或清除筛选条件。", "No product matches. Use fewer words or clear the filters.";
        list_supplier: "这里只列出生产企业为“{name}”的产品。", "Only products made by \"{name}\" are listed here.";
        search_label: "名称、编码或企业", "Name, code or maker";
        sort: "排序", "Order";
        sort_generic: "按通用名", "by name";
        sort_code: "按编码", "by code";
        sort_maker: "按生产企业", "by maker";
        clear: "清除条件", "Clear";
        new_product: "录入产品", "Enter a product";
        edit_product: "修改产品", "Edit the product";
        edit: "修改", "Edit";
        kind: "类别", "Kind";
        kind_drug: "药品", "drug";
        field_code: "医保编码", "NHSA code";
        field_generic: "通用名", "Generic name";
        field_form: "剂型", "Dosage form";
        field_spec: "规格", "Specification";
        field_pack: "包装", "Pack";
        field_pack_count: "包装数量", "Pieces in the pack";
        field_maker: "生产企业", "Maker";
        field_approval: "批准文号或注册证号", "Approval or registration number";
        field_evaluated: "通过一致性评价", "Consistency evaluation passed";
        field_listing_price: "挂网价格（元/包装）", "Listing price (yuan a pack)";
        code_hint: "药品为X、Z或T开头，耗材为C开头的国家医保编码。", "The national code: X, Z or T for drugs, C for consumables.";
        pack_hint: "如“0.25g*24粒/盒”，用于换算差比价。", "Such as 0.25g*24粒/盒; used for price ratios.";
        unreadable_count: "无法识别：{reason}", "cannot be read: {reason}";
        not_listed: "无挂网价格", "no listing price";
        updated_at: "最后修改", "Last change";
        code_parts: "编码解读", "The code taken apart";
        code_part: "部分", "Part";
        part_kind: "标识码", "kind";
        part_class_drug: "药品分类码", "drug class";
        part_class_consumable: "学科、用途、部位三级分类码", "three levels of class: speciality, use, place";
        part_generic: "通用名码", "generic name";
        part_generic_piece: "饮片码", "decoction piece";
        part_form_drug: "剂型码", "dosage form";
        part_form_consumable: "材质或特征码", "material or feature";
        part_spec: "规格码", "specification";
        part_pack: "包装码", "pack";
        part_company: "生产企业码", "company";
        siblings_title: "同通用名、同企业的其他规格包装（差比价）", "Other packs of this generic by this maker, by price ratio";
        siblings_hint: "以本品挂网价格为基准，按差比价规则换算，与对方挂网价格比较。", "Predicted from this product's listing price by the price-ratio rules, beside the other's own listing price.";
        siblings_none: "目录中没有同通用名、同企业的其他规格包装。", "The catalogue has no other pack of this generic by this maker.";
        siblings_more: "只列出前{n}个。", "Only the first {n} are listed.";
        predicted: "差比价换算价（元）", "Predicted price (yuan)";
        listed: "挂网价格（元）", "Listing price (yuan)";
        deviation: "偏离（%）", "Deviation (%)";
        steps: "换算步骤或不能比较的原因", "Steps, or why they cannot be compared";
        same_product: "规格和包装数量相同，K=1。", "Same specification and pack count: K = 1.";
        compare_no_price: "本品没有挂网价格，无法换算。", "This product has no listing price to start from.";

        // The command.
        cli_skipped: "已跳过{count}行错误行。", "{count} bad lines were skipped.";
        cli_dry: "仅预览，没有改动目录。", "Dry run: nothing was changed.";
        cli_profile_chosen: "文件的表头不符合任何已知格式。已知格式：{names}。请用--profile指定，或在网页上传后逐列指定。", "The file's header follows no known format ({names}). Name one with --profile, or upload the file on the page and choose the columns there.";
    }
}
