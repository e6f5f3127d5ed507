//! The first page: what waits for the reader.

messages! {
    /// The first page: what waits for the reader.
    Home {
        title: "待办事项", "What waits for you";
        nothing: "目前没有待办事项。", "Nothing waits for you now.";
    }
}
