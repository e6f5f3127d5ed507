//! Messages of purchase history.

messages! {
    /// Messages of purchase history.
    Prices {
        hospital_unknown: "没有编码为此值的医疗机构。请核对医疗机构编码，或先在“单位”中登记该机构", "there is no hospital with this code; check the code, or enter the hospital under Organisations first";
        product_unknown: "产品目录中没有此医保编码。请核对编码，或先导入产品目录", "the catalogue has no product with this code; check the code, or import the catalogue first";
        file_faulty: "采购记录文件有 {count} 处错误，未导入任何一行。第一处：{first}请改正后重新导入。", "The purchase file has {count} faults and no line of it was taken. The first: {first} Correct them and import it again.";
    }
}
