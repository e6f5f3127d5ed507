//! Messages of administration, jobs, mail and the audit trail.

messages! {
    /// Messages of administration, jobs, mail and the audit trail.
    Admin {
        title: "-", "-";
    }
}
