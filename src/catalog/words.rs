//! The vocabulary of product files: the Chinese words for units, forms and registration numbers as they stand in
//! the data. Nothing here is shown to a reader; like import headers these are names the trade writes.

use super::spec::Measure;

/// Units of amounts: the word, what it measures, and how many base units (mg, unit, MBq, mmol, ml, cm) it is as
/// (mantissa, decimals). Longer words come before words they start with.
pub(super) const UNITS: &[(&str, Measure, i64, u32)] = &[
    ("kg", Measure::Mass, 1_000_000, 0),
    ("mg", Measure::Mass, 1, 0),
    ("ug", Measure::Mass, 1, 3),
    ("mcg", Measure::Mass, 1, 3),
    ("ng", Measure::Mass, 1, 6),
    ("g", Measure::Mass, 1_000, 0),
    ("千克", Measure::Mass, 1_000_000, 0),
    ("毫克", Measure::Mass, 1, 0),
    ("微克", Measure::Mass, 1, 3),
    ("克", Measure::Mass, 1_000, 0),
    ("ml", Measure::Volume, 1, 0),
    ("ul", Measure::Volume, 1, 3),
    ("l", Measure::Volume, 1_000, 0),
    ("毫升", Measure::Volume, 1, 0),
    ("微升", Measure::Volume, 1, 3),
    ("升", Measure::Volume, 1_000, 0),
    ("axaiu", Measure::Activity, 1, 0),
    ("axaui", Measure::Activity, 1, 0),
    ("miu", Measure::Activity, 1_000_000, 0),
    ("iu", Measure::Activity, 1, 0),
    ("ku", Measure::Activity, 1_000, 0),
    ("bu", Measure::Activity, 1, 0),
    ("u", Measure::Activity, 1, 0),
    ("国际单位", Measure::Activity, 1, 0),
    ("活性单位", Measure::Activity, 1, 0),
    ("单位", Measure::Activity, 1, 0),
    ("效价", Measure::Activity, 1, 0),
    ("活菌", Measure::Activity, 1, 0),
    ("cfu", Measure::Activity, 1, 0),
    ("gbq", Measure::Radioactivity, 1_000, 0),
    ("mbq", Measure::Radioactivity, 1, 0),
    ("mci", Measure::Radioactivity, 37, 0),
    ("mmol", Measure::Substance, 1, 0),
    ("mol", Measure::Substance, 1_000, 0),
    ("cm", Measure::Length, 1, 0),
    ("mm", Measure::Length, 1, 1),
    ("厘米", Measure::Length, 1, 0),
];

/// Multipliers between a number and its unit.
pub(super) const TIMES: &[(&str, i64)] = &[("万", 10_000), ("亿", 100_000_000)];

/// Units that are counted.
pub(super) const PIECES: &[&str] = &[
    "片",
    "粒",
    "丸",
    "枚",
    "袋",
    "包",
    "支",
    "瓶",
    "贴",
    "张",
    "板",
    "盒",
    "小盒",
    "中盒",
    "大盒",
    "套",
    "帖",
    "块",
    "条",
    "个",
    "管",
    "听",
    "桶",
    "罐",
    "筒",
    "只",
    "人份",
    "剂",
    "吸",
    "揿",
    "喷",
    "泡",
    "滴",
    "锭",
    "颗",
    "囊",
    "副",
    "卷",
    "对",
    "膜",
    "小袋",
    "小瓶",
    "小包",
    "预充式注射器",
    "注射器",
];

/// Words before an amount that only stands for the herbs the product was made from.
pub(super) const STANDS_FOR: &[&str] = &["相当于", "相当", "折合"];

/// A specification that says nothing.
pub(super) const UNSTATED: &[&str] =
    &["复方", "复方制剂", "无", "/", "-", "--", "---", "详见说明书", "见说明书"];

/// Oral solids counted piece by piece at 1.95: tablets and capsules. Checked on the listed prices of one province:
/// pills, suppositories, films and patches are priced in proportion to their count although some are counted 粒.
pub(super) const SOLID: &[&str] = &["片", "胶囊", "胶丸", "tablet", "capsule"];

/// Forms that contain a word of [`SOLID`] and are not tablets or capsules.
pub(super) const NOT_SOLID: &[&str] = &["贴", "膜剂", "膏", "滴剂", "栓"];

/// Forms that no word of [`SOLID`] names and that are still counted in proportion when counted 片 or 粒.
pub(super) const PROPORTIONAL: &[&str] = &["丸", "贴", "膜剂", "膏", "滴剂", "栓", "雾", "植入", "海绵"];

/// Liquids to drink, whose volume is priced at 1.9.
pub(super) const DRUNK: &[&str] = &[
    "口服溶液",
    "口服液",
    "口服乳",
    "口服混悬",
    "口服滴",
    "口服制剂",
    "糖浆",
    "合剂",
    "滴剂",
    "混悬液",
    "混悬滴",
    "混悬剂",
    "酏剂",
    "酒剂",
    "露剂",
    "oral solution",
    "oral liquid",
    "oral suspension",
    "oral drops",
    "syrup",
];

/// Forms that contain a word of [`DRUNK`] and are not drunk.
pub(super) const NOT_DRUNK: &[&str] = &[
    "注射",
    "外用",
    "眼",
    "鼻",
    "耳",
    "吸入",
    "喷雾",
    "气雾",
    "灌肠",
    "冲洗",
    "搽",
    "洗",
    "注入",
    "injection",
    "eye",
];

/// Injections and infusions.
pub(super) const INJECTED: &[&str] = &["注射", "粉针", "溶媒结晶", "冻干", "injection", "infusion"];

/// Pieces that tablets and capsules are counted in.
pub(super) const SOLID_PIECES: &[&str] =
    &["片", "粒", "枚", "颗", "tablet", "tablets", "capsule", "capsules"];

/// Words for one vial or ampoule.
pub(super) const VIALS: &[&str] = &["支", "瓶"];

/// Before the letter and number of a drug approval.
pub(super) const APPROVED: &str = "国药准字";

/// Between the authority and the number of a device registration.
pub(super) const DEVICE: &[&str] = &["械注准", "械注进", "械注许", "械备"];
