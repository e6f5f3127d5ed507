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
    ("kiu", Measure::Activity, 1, 0),
    ("iu", Measure::Activity, 1, 0),
    ("i.u.", Measure::Activity, 1, 0),
    ("抗xaiu", Measure::Activity, 1, 0),
    ("抗xa单位", Measure::Activity, 1, 0),
    ("国际iu", Measure::Activity, 1, 0),
    ("欧洲药典单位", Measure::Activity, 1, 0),
    ("neurotropin单位", Measure::Activity, 1, 0),
    ("博来霉素单位", Measure::Activity, 1, 0),
    ("pna单位", Measure::Activity, 1, 0),
    ("ke", Measure::Activity, 1, 0),
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
    ("kbq", Measure::Radioactivity, 1, 3),
    ("mci", Measure::Radioactivity, 37, 0),
    ("uci", Measure::Radioactivity, 37, 3),
    ("毫居", Measure::Radioactivity, 37, 0),
    ("mmol", Measure::Substance, 1, 0),
    ("mol", Measure::Substance, 1_000, 0),
    ("cm", Measure::Length, 1, 0),
    ("mm", Measure::Length, 1, 1),
    ("厘米", Measure::Length, 1, 0),
];

/// Multipliers between a number and its unit.
pub(super) const TIMES: &[(&str, i64)] =
    &[("千", 1_000), ("百万", 1_000_000), ("万", 10_000), ("亿", 100_000_000)];

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

/// Those of [`PIECES`] that are packs of something smaller.
pub(super) const PACKED: &[&str] = &["板", "盒", "小盒", "中盒", "大盒", "套", "对", "副"];

/// What one dose is taken in.
pub(super) const DOSES: &[&str] = &["吸", "揿", "喷", "泡"];

/// Between a container and what it holds.
pub(super) const HOLDS: char = '装';

/// Before what an amount is stated for.
pub(super) const EACH: char = '每';

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

/// Forms sold by the weight filled.
pub(super) const WEIGHED: &[&str] = &["膏", "凝胶", "霜", "糊", "搽剂", "cream", "ointment", "gel"];

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
pub(super) const VIALS: &[&str] = &["支", "瓶", "小瓶", "bottle", "vial", "ampoule"];

/// What stands for all of [`VIALS`] where a person reads it.
pub(super) const VIAL: &str = "瓶(支)";

/// Words for one bag of an infusion.
pub(super) const BAGS: &[&str] = &["袋", "小袋", "bag"];

/// Units that mean the same thing where nothing else is counted by them.
pub(super) const ALIKE: &[&[&str]] = &[
    &["丸", "粒", "枚", "颗"],
    &["袋", "包", "小袋", "小包"],
    &["贴", "张", "片", "帖", "块"],
    &["吸", "泡"],
];

/// What a large infusion comes in: words of the specification, the longer before those they contain.
pub(super) const GLASS: &[&str] = &["玻璃"];
/// See [`GLASS`].
pub(super) const SOFT_BAG: &[&str] =
    &["软袋", "输液袋", "输液用袋", "共挤", "非pvc", "双室袋", "三室袋", "直立式"];
/// See [`GLASS`].
pub(super) const PLASTIC_BOTTLE: &[&str] = &["塑料瓶", "塑瓶", "聚丙烯", "聚乙烯", "塑料"];

/// Forms under which files name a more exact one: `片剂(薄膜衣片)`.
pub(super) const UMBRELLAS: &[&str] =
    &["片剂", "胶囊剂", "注射剂", "丸剂", "眼用制剂", "贴膏剂", "软胶囊剂", "软胶囊", "合剂", "外用制剂"];

/// One form written in several ways, the first of each line standing for all. A plain tablet is one whether it is
/// coated or not.
pub(super) const SPELLINGS: &[&[&str]] = &[
    &[
        "片剂",
        "片",
        "素片",
        "普通片",
        "薄膜衣片",
        "薄膜衣",
        "薄膜包衣片",
        "包薄膜衣片",
        "糖衣片",
        "糖衣",
        "薄膜衣大片",
        "薄膜衣小片",
        "糖衣片,薄膜衣片",
        "大片",
        "小片",
        "tablet",
        "tablets",
    ],
    &["胶囊剂", "硬胶囊", "硬胶囊剂", "胶囊", "capsule", "capsules"],
    &["软胶囊", "软胶囊剂", "胶丸"],
    &["分散片", "分散"],
    &["肠溶片", "肠溶", "肠溶衣片", "肠溶薄膜衣片"],
    &["肠溶胶囊", "肠溶硬胶囊", "肠溶胶囊剂"],
    &["缓释片", "缓释片剂", "缓释"],
    &["控释片", "控释", "控释片剂"],
    &["缓释胶囊", "缓释胶囊剂"],
    &["口腔崩解片", "口崩片"],
    &["泡腾片", "泡腾"],
    &["咀嚼片", "咀嚼"],
    &["颗粒剂", "颗粒"],
    &["合剂", "口服液", "含口服液"],
    &["口服溶液剂", "口服溶液"],
    &["口服混悬剂", "口服混悬液"],
    &["口服乳剂", "口服乳", "口服乳液"],
    &["混悬滴剂", "口服混悬滴剂"],
    &["滴眼剂", "滴眼液", "眼用制剂"],
    &["滴鼻剂", "滴鼻液"],
    &["滴耳剂", "滴耳液"],
    &["滴丸剂", "滴丸"],
    &["乳膏剂", "乳膏", "软膏剂(乳膏)"],
    &["软膏剂", "软膏"],
    &["凝胶剂", "凝胶"],
    &["栓剂", "栓"],
    &["喷雾剂", "喷剂"],
    &["煎膏剂", "膏滋剂", "煎膏剂(膏滋)"],
    &["橡胶膏剂", "橡胶贴膏"],
    &["吸入用溶液剂", "吸入溶液剂", "吸入用溶液"],
    &["吸入粉雾剂", "粉雾剂"],
];

/// What an injection is, by the words of its form.
pub(super) const FREEZE_DRIED: &[&str] = &["冻干", "freeze-dried"];
/// See [`FREEZE_DRIED`].
pub(super) const CRYSTAL: &[&str] = &["溶媒结晶"];
/// See [`FREEZE_DRIED`].
pub(super) const POWDER: &[&str] = &["粉针", "无菌粉", "无菌分装", "粉末", "powder"];
/// See [`FREEZE_DRIED`].
pub(super) const LARGE_VOLUME: &[&str] = &["大容量", "大输液", "infusion"];
/// See [`FREEZE_DRIED`].
pub(super) const SMALL_VOLUME: &[&str] = &["小容量", "小针"];
/// Injections that say no more than that.
pub(super) const PLAIN_INJECTION: &[&str] = &["注射剂", "注射液", "injection"];

/// Before the letter and number of a drug approval.
pub(super) const APPROVED: &str = "国药准字";

/// Between the authority and the number of a device registration.
pub(super) const DEVICE: &[&str] = &["械注准", "械注进", "械注许", "械备"];
