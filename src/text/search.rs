//! Messages of the search over everything.

messages! {
    /// Messages of the search over everything.
    Search {
        title: "搜索", "Search";
        label: "搜索产品、企业、医院、合同、批次、案件", "Search products, companies, hospitals, contracts, rounds, cases";
        hint: "可输入编码、编号、通用名或名称。完整的编码或编号排在最前。只显示您有权查看的内容。", "Enter a code, a number or a name. Exact codes and numbers come first. Only what you may see is shown.";
        start: "请输入要查找的编码、编号或名称。", "Enter a code, a number or a name to look for.";
        nothing: "没有找到与“{q}”相符的内容。请检查编码，或换一个较短的词。", "Nothing matches \"{q}\". Check the code or try a shorter word.";
        found: "“{q}”的搜索结果", "Results for \"{q}\"";
        products: "产品", "Products";
        companies: "企业", "Companies";
        hospitals: "医疗机构", "Hospitals";
        contracts: "合同", "Contracts";
        rounds: "批次", "Rounds";
        cases: "价格案件", "Price cases";
        more: "查看全部{group}", "All {group}";
        exact: "编码或编号完全相符", "Exact code or number";
    }
}
