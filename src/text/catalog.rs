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
    }
}
