//! Messages of rounds, their lots and calendar.

messages! {
    /// Messages of rounds, their lots and calendar.
    Rounds {
        state_draft: "起草", "Draft";
        state_demand: "报量中", "Demand reporting";
        state_demand_review: "报量审核", "Demand review";
        state_bidding: "申报中", "Bidding";
        state_opening: "待开标", "Waiting for opening";
        state_evaluation: "评审中", "Evaluation";
        state_publicity: "公示中", "Publicity";
        state_awarded: "已确定中选", "Awarded";
        state_contracting: "签约中", "Contracting";
        state_executing: "执行中", "Executing";
        state_closed: "已结束", "Closed";
        state_aborted: "已废止", "Aborted";
        wrong_state: "批次处于“{state}”阶段，不能进行此操作。", "The round is in the state \"{state}\", in which this cannot be done.";
    }
}
