//! Messages of evaluation, publicity and objections.

messages! {
    /// Messages of evaluation, publicity and objections.
    Evaluation {
        title: "-", "-";
    }
}
