//! Every table, written beside the migrations.
#![allow(missing_docs)]

diesel::table! {
    organisations (id) {
        id -> Text,
        kind -> Text,
        name -> Text,
        code -> Text,
        region -> Text,
        tier -> Text,
        group_name -> Text,
        active -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        organisation_id -> Text,
        login -> Text,
        name -> Text,
        email -> Text,
        lang -> Text,
        password_hash -> Text,
        password_at -> BigInt,
        must_change -> Bool,
        failures -> Integer,
        locked_until -> Nullable<BigInt>,
        active -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    account_roles (account_id, role) {
        account_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        account_id -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
        agent -> Text,
    }
}

diesel::table! {
    audit_entries (seq) {
        seq -> BigInt,
        at -> BigInt,
        account_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        actor -> Text,
        action -> Text,
        subject -> Text,
        subject_id -> Text,
        before -> Text,
        after -> Text,
        previous -> Text,
        hash -> Text,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    mails (id) {
        id -> Text,
        account_id -> Nullable<Text>,
        address -> Text,
        lang -> Text,
        template -> Text,
        data -> Text,
        dedupe -> Text,
        state -> Text,
        attempts -> Integer,
        next_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        error -> Text,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    jobs (name) {
        name -> Text,
        cron -> Text,
    }
}

diesel::table! {
    job_runs (job, slot) {
        job -> Text,
        slot -> BigInt,
        node -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        outcome -> Text,
        detail -> Text,
    }
}

diesel::table! {
    documents (id) {
        id -> Text,
        subject -> Text,
        subject_id -> Text,
        name -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        content -> Binary,
        account_id -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    products (id) {
        id -> Text,
        code -> Text,
        kind -> Text,
        generic -> Text,
        generic_key -> Text,
        form -> Text,
        spec -> Text,
        pack -> Text,
        pack_count -> Nullable<BigInt>,
        maker -> Text,
        approval -> Text,
        evaluated -> Bool,
        listing_price -> Nullable<BigInt>,
        search -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    imports (id) {
        id -> Text,
        kind -> Text,
        file_name -> Text,
        profile -> Text,
        places -> Text,
        organisation_id -> Text,
        account_id -> Nullable<Text>,
        state -> Text,
        sha256 -> Text,
        content -> Binary,
        result -> Text,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    transactions (id) {
        id -> Integer,
        day -> Date,
        hospital -> Integer,
        product -> Integer,
        supplier -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        amount -> BigInt,
        nth -> Integer,
    }
}

diesel::table! {
    rule_sets (id) {
        id -> Text,
        name -> Text,
        version -> Integer,
        title -> Text,
        body -> Text,
        sha256 -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    rule_drafts (id) {
        id -> Text,
        origin_id -> Text,
        name -> Text,
        title -> Text,
        body -> Text,
        state -> Text,
        version -> Integer,
        rule_set_id -> Nullable<Text>,
        created_by -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    rounds (id) {
        id -> Text,
        number -> Text,
        title -> Text,
        kind -> Text,
        state -> Text,
        rule_set_id -> Text,
        demand_from -> BigInt,
        demand_to -> BigInt,
        bidding_from -> BigInt,
        bidding_to -> BigInt,
        opening_at -> BigInt,
        publicity_from -> BigInt,
        publicity_to -> BigInt,
        contract_to -> BigInt,
        execution_from -> Date,
        execution_to -> Date,
        version -> Integer,
        created_at -> BigInt,
        published_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    round_regions (round_id, region) {
        round_id -> Text,
        region -> Text,
    }
}

diesel::table! {
    lots (id) {
        id -> Text,
        round_id -> Text,
        position -> Integer,
        code -> Text,
        generic -> Text,
        generic_key -> Text,
        form -> Text,
        form_class -> Text,
        comparable_spec -> Text,
        unit -> Text,
        ceiling -> BigInt,
        category -> Text,
        base_volume -> Nullable<BigInt>,
    }
}

diesel::table! {
    approvals (id) {
        id -> Text,
        subject -> Text,
        subject_id -> Text,
        action -> Text,
        asked_by -> Text,
        asked_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        decision -> Text,
        remark -> Text,
    }
}

diesel::table! {
    amendments (id) {
        id -> Text,
        round_id -> Text,
        number -> Integer,
        at -> BigInt,
        account_id -> Nullable<Text>,
        reason -> Text,
        before -> Text,
        after -> Text,
    }
}

diesel::table! {
    demand_reports (id) {
        id -> Text,
        round_id -> Text,
        hospital_id -> Text,
        state -> Text,
        submitted_at -> Nullable<BigInt>,
        approved_at -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
        remark -> Text,
        version -> Integer,
    }
}

diesel::table! {
    demand_lines (id) {
        id -> Text,
        report_id -> Text,
        round_id -> Text,
        hospital_id -> Text,
        lot_id -> Text,
        company -> Text,
        reported -> BigInt,
        verified -> Nullable<BigInt>,
        approved -> Nullable<BigInt>,
        history -> BigInt,
        reason -> Text,
        state -> Text,
        remark -> Text,
        product -> Text,
    }
}

diesel::table! {
    envelopes (id) {
        id -> Text,
        round_id -> Text,
        supplier_id -> Text,
        seq -> Integer,
        state -> Text,
        sealed -> Binary,
        sha256 -> Text,
        lines -> Integer,
        received_at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    refused_envelopes (id) {
        id -> Text,
        round_id -> Text,
        supplier_id -> Text,
        sha256 -> Text,
        received_at -> BigInt,
        reason -> Text,
    }
}

diesel::table! {
    submissions (envelope_id) {
        envelope_id -> Text,
        round_id -> Text,
        supplier_id -> Text,
        seq -> Integer,
        at -> BigInt,
        network -> Text,
        device -> Text,
        agent -> Text,
        author -> Text,
        editor -> Text,
        made -> Text,
    }
}

diesel::table! {
    screen_remarks (id) {
        id -> Text,
        round_id -> Text,
        finding -> Text,
        screen -> Text,
        figure -> Text,
        outcome -> Text,
        remark -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    openers (round_id, account_id) {
        round_id -> Text,
        account_id -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    panels (round_id) {
        round_id -> Text,
        needed -> Integer,
        named_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    panel_members (round_id, account_id) {
        round_id -> Text,
        account_id -> Text,
    }
}

diesel::table! {
    opener_keys (public_key) {
        public_key -> Text,
        round_id -> Text,
        account_id -> Text,
        taken_at -> BigInt,
        kept_at -> Nullable<BigInt>,
        voided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    envelope_shares (envelope_id, public_key) {
        envelope_id -> Text,
        public_key -> Text,
        round_id -> Text,
        share -> Binary,
    }
}

diesel::table! {
    signed_receipts (envelope_id) {
        envelope_id -> Text,
        round_id -> Text,
        text -> Text,
        signature -> Text,
        signing_key -> Text,
    }
}

diesel::table! {
    receipt_roots (round_id) {
        round_id -> Text,
        count -> Integer,
        root -> Text,
        closed_at -> BigInt,
    }
}

diesel::table! {
    held_shares (round_id, account_id) {
        round_id -> Text,
        account_id -> Text,
        at -> BigInt,
        shares -> Binary,
    }
}

diesel::table! {
    opened_contents (envelope_id) {
        envelope_id -> Text,
        round_id -> Text,
        content -> Binary,
    }
}

diesel::table! {
    offers (id) {
        id -> Text,
        round_id -> Text,
        lot_id -> Text,
        envelope_id -> Text,
        supplier_id -> Text,
        product -> Text,
        spec -> Text,
        unit_price -> BigInt,
        ratio -> Text,
        capacity -> Nullable<BigInt>,
        sales -> Nullable<BigInt>,
        kind -> Text,
        accepts_revival -> Bool,
        supplies_all -> Bool,
        current_price -> Nullable<BigInt>,
    }
}

diesel::table! {
    awards (id) {
        id -> Text,
        round_id -> Text,
        version -> Integer,
        state -> Text,
        rule_set_id -> Text,
        input_sha256 -> Text,
        output_sha256 -> Text,
        reason -> Text,
        account_id -> Nullable<Text>,
        computed_at -> BigInt,
        published_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    decisions (id) {
        id -> Text,
        award_id -> Text,
        lot_id -> Text,
        offer_id -> Text,
        supplier_id -> Text,
        product -> Text,
        spec -> Text,
        position -> Integer,
        unit_price -> BigInt,
        ratio -> Text,
        comparable_price -> BigInt,
        rank -> Nullable<Integer>,
        status -> Text,
        award_price -> Nullable<BigInt>,
        share -> Text,
        term_years -> Nullable<Integer>,
        code -> Text,
        clause -> Text,
        arithmetic -> Text,
        class -> Text,
    }
}

diesel::table! {
    lot_lines (award_id, lot_id) {
        award_id -> Text,
        lot_id -> Text,
        fuse_line -> Nullable<BigInt>,
        arithmetic -> Text,
        winners -> Integer,
        bidders -> Integer,
        base_volume -> BigInt,
        agreed_volume -> BigInt,
        unallocated -> BigInt,
    }
}

diesel::table! {
    allocations (id) {
        id -> Text,
        award_id -> Text,
        lot_id -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        quantity -> BigInt,
        offer_id -> Text,
    }
}

diesel::table! {
    objections (id) {
        id -> Text,
        round_id -> Text,
        lot_id -> Nullable<Text>,
        supplier_id -> Text,
        body -> Text,
        state -> Text,
        filed_at -> BigInt,
        answer -> Text,
        answered_at -> Nullable<BigInt>,
        answered_by -> Nullable<Text>,
    }
}

diesel::table! {
    rulings (id) {
        id -> Text,
        offer_id -> Text,
        round_id -> Text,
        excluded -> Bool,
        ratio -> Text,
        reason -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    entitlements (award_id, offer_id) {
        award_id -> Text,
        offer_id -> Text,
        lot_id -> Text,
        supplier_id -> Text,
        question -> Text,
        price -> BigInt,
    }
}

diesel::table! {
    region_lines (award_id, lot_id, region) {
        award_id -> Text,
        lot_id -> Text,
        region -> Text,
        base_volume -> BigInt,
        agreed_volume -> BigInt,
        unallocated -> BigInt,
        main_id -> Nullable<Text>,
        spare_id -> Nullable<Text>,
    }
}

diesel::table! {
    questions (id) {
        id -> Text,
        round_id -> Text,
        lot_id -> Text,
        offer_id -> Text,
        supplier_id -> Text,
        award_id -> Text,
        batch -> Text,
        question -> Text,
        price -> BigInt,
        state -> Text,
        asked_by -> Nullable<Text>,
        asked_at -> BigInt,
        deadline -> BigInt,
        answer -> Nullable<BigInt>,
        answered_by -> Nullable<Text>,
        closed_at -> Nullable<BigInt>,
        remark -> Text,
    }
}

diesel::table! {
    selections (id) {
        id -> Text,
        round_id -> Text,
        award_id -> Text,
        state -> Text,
        minutes -> Integer,
        started_at -> BigInt,
        started_by -> Nullable<Text>,
        paused_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        reason -> Text,
    }
}

diesel::table! {
    replies (id) {
        id -> Text,
        question_id -> Text,
        outcome -> Text,
        price -> Nullable<BigInt>,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    queues (id) {
        id -> Text,
        selection_id -> Text,
        lot_id -> Text,
        state -> Text,
        due_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    queue_choosers (queue_id, place) {
        queue_id -> Text,
        place -> Integer,
        supplier_id -> Text,
    }
}

diesel::table! {
    queue_regions (queue_id, place) {
        queue_id -> Text,
        place -> Integer,
        region -> Text,
        base_volume -> BigInt,
        agreed_volume -> BigInt,
    }
}

diesel::table! {
    picks (id) {
        id -> Text,
        queue_id -> Text,
        turn -> Integer,
        region -> Text,
        supplier_id -> Text,
        supply -> Text,
        by_default -> Bool,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    reassignment_periods (id) {
        id -> Text,
        round_id -> Text,
        award_id -> Text,
        state -> Text,
        deadline -> BigInt,
        opened_at -> BigInt,
        opened_by -> Nullable<Text>,
        reason -> Text,
    }
}

diesel::table! {
    reassignment_winners (period_id, lot_id, place) {
        period_id -> Text,
        lot_id -> Text,
        place -> Integer,
        offer_id -> Text,
        price -> BigInt,
        room -> Nullable<BigInt>,
    }
}

diesel::table! {
    reassignment_volumes (id) {
        id -> Text,
        period_id -> Text,
        hospital_id -> Text,
        lot_id -> Text,
        offer_id -> Nullable<Text>,
        quantity -> BigInt,
    }
}

diesel::table! {
    reassignments (period_id, hospital_id, offer_id) {
        period_id -> Text,
        lot_id -> Text,
        hospital_id -> Text,
        offer_id -> Text,
        quantity -> BigInt,
    }
}

diesel::table! {
    reassignment_answers (period_id, hospital_id) {
        period_id -> Text,
        hospital_id -> Text,
        version -> Integer,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    contracts (id) {
        id -> Text,
        number -> Text,
        round_id -> Text,
        lot_id -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        product -> Text,
        spec -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        starts -> Date,
        ends -> Date,
        state -> Text,
        version -> Integer,
        hospital_at -> Nullable<BigInt>,
        hospital_by -> Nullable<Text>,
        supplier_at -> Nullable<BigInt>,
        supplier_by -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    contract_changes (id) {
        id -> Text,
        contract_id -> Text,
        kind -> Text,
        cause -> Text,
        before -> Text,
        after -> Text,
        reason -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    releases (id) {
        id -> Text,
        number -> Text,
        round_id -> Nullable<Text>,
        list_id -> Nullable<Text>,
        first_seq -> BigInt,
        last_seq -> BigInt,
        lines -> Integer,
        sha256 -> Text,
        released_at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    standards (seq) {
        seq -> BigInt,
        id -> Text,
        release_id -> Text,
        round_id -> Nullable<Text>,
        lot -> Text,
        product -> Text,
        generic -> Text,
        spec -> Text,
        pack -> Text,
        unit -> Text,
        company -> Text,
        standard -> BigInt,
        price -> BigInt,
        starts -> Date,
        ends -> Nullable<Date>,
        basis -> Text,
        clause -> Text,
        arithmetic -> Text,
        dual_channel -> Bool,
        document -> Text,
        remark -> Text,
        supersedes -> Nullable<BigInt>,
    }
}

diesel::table! {
    consumers (id) {
        id -> Text,
        name -> Text,
        active -> Bool,
        acknowledged -> BigInt,
        acknowledged_at -> Nullable<BigInt>,
        endpoint -> Text,
        pushed -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    simulations (id) {
        id -> Text,
        name -> Text,
        round_id -> Nullable<Text>,
        base -> Text,
        rules -> Text,
        changes -> Text,
        input_sha256 -> Text,
        comparison -> Text,
        base_saved -> BigInt,
        changed_saved -> BigInt,
        differing -> Integer,
        state -> Text,
        runs -> Integer,
        runs_done -> Integer,
        result -> Text,
        fault -> Text,
        node -> Text,
        account_id -> Text,
        created_at -> BigInt,
        touched_at -> BigInt,
    }
}

diesel::table! {
    term_values (id) {
        id -> Text,
        term -> Text,
        since -> Date,
        value -> Text,
        reason -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    credit_facts (id) {
        id -> Text,
        supplier_id -> Text,
        kind -> Text,
        day -> Date,
        subject -> Text,
        subject_id -> Text,
        quantity -> Nullable<BigInt>,
        amount -> Nullable<BigInt>,
        detail -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    agreed_volumes (id) {
        id -> Text,
        contract_id -> Text,
        year -> Integer,
        starts -> Date,
        ends -> Date,
        agreed -> BigInt,
        allowed -> Nullable<BigInt>,
        reserved -> BigInt,
        consumed -> BigInt,
    }
}

diesel::table! {
    direct_hospitals (hospital_id) {
        hospital_id -> Text,
        since -> Date,
        until -> Nullable<Date>,
    }
}

diesel::table! {
    orders (id) {
        id -> Text,
        number -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        region -> Text,
        request_id -> Text,
        state -> Text,
        lines -> Integer,
        amount -> BigInt,
        placed_on -> Date,
        placed_at -> BigInt,
        placed_by -> Nullable<Text>,
        confirmed_at -> Nullable<BigInt>,
        confirmed_by -> Nullable<Text>,
    }
}

diesel::table! {
    order_lines (id) {
        id -> Text,
        order_id -> Text,
        position -> Integer,
        hospital_id -> Text,
        supplier_id -> Text,
        contract_id -> Nullable<Text>,
        volume_id -> Nullable<Text>,
        product_id -> Nullable<Text>,
        generic -> Text,
        product -> Text,
        spec -> Text,
        unit -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        placed_on -> Date,
        state -> Text,
        promised -> Nullable<BigInt>,
        promised_on -> Nullable<Date>,
        distributor_id -> Nullable<Text>,
        shipped -> BigInt,
        accepted -> BigInt,
        refused -> BigInt,
        returned -> BigInt,
        released -> BigInt,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Text,
        number -> Text,
        order_id -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        distributor_id -> Nullable<Text>,
        state -> Text,
        sent_on -> Date,
        sent_at -> BigInt,
        sent_by -> Nullable<Text>,
    }
}

diesel::table! {
    delivery_lines (id) {
        id -> Text,
        delivery_id -> Text,
        position -> Integer,
        order_line_id -> Text,
        quantity -> BigInt,
        batch -> Text,
        expires_on -> Date,
    }
}

diesel::table! {
    receipts (id) {
        id -> Text,
        delivery_line_id -> Text,
        order_line_id -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        payer -> Text,
        accepted -> BigInt,
        refused -> BigInt,
        reason -> Text,
        unit_price -> BigInt,
        amount -> BigInt,
        credited -> BigInt,
        invoiced -> BigInt,
        paid -> BigInt,
        state -> Text,
        received_on -> Date,
        due_on -> Date,
        received_at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    returns (id) {
        id -> Text,
        receipt_id -> Text,
        order_line_id -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        quantity -> BigInt,
        amount -> BigInt,
        reason -> Text,
        returned_on -> Date,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    invoices (id) {
        id -> Text,
        code -> Text,
        number -> Text,
        kind -> Text,
        corrects_id -> Nullable<Text>,
        hospital_id -> Text,
        supplier_id -> Text,
        issued_on -> Date,
        amount -> BigInt,
        tax -> Nullable<BigInt>,
        state -> Text,
        reason -> Text,
        entered_at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    invoice_lines (id) {
        id -> Text,
        invoice_id -> Text,
        position -> Integer,
        receipt_id -> Text,
        return_id -> Nullable<Text>,
        quantity -> BigInt,
        unit_price -> BigInt,
        amount -> BigInt,
        fault -> Text,
    }
}

diesel::table! {
    payments (id) {
        id -> Text,
        number -> Text,
        payer -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        claim_id -> Nullable<Text>,
        reverses_id -> Nullable<Text>,
        amount -> BigInt,
        paid_on -> Date,
        reference -> Text,
        reason -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    payment_lines (payment_id, receipt_id) {
        payment_id -> Text,
        receipt_id -> Text,
        amount -> BigInt,
    }
}

diesel::table! {
    ageing_counts (hospital_id, supplier_id, payer) {
        hospital_id -> Text,
        supplier_id -> Text,
        payer -> Text,
        receipts -> BigInt,
        not_due -> BigInt,
        late_30 -> BigInt,
        late_60 -> BigInt,
        late_90 -> BigInt,
        late_more -> BigInt,
        uninvoiced -> BigInt,
        overdue -> BigInt,
        to_net -> BigInt,
        counted_at -> BigInt,
    }
}

diesel::table! {
    incidents (id) {
        id -> Text,
        check_name -> Text,
        subject -> Text,
        subject_id -> Text,
        expected -> Text,
        found -> Text,
        first_at -> BigInt,
        last_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        remark -> Text,
        remark_by -> Nullable<Text>,
        remark_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    incident_runs (id) {
        id -> Text,
        began_at -> BigInt,
        ended_at -> BigInt,
        rows_read -> BigInt,
        breaches -> BigInt,
    }
}

diesel::table! {
    distributors (id) {
        id -> Text,
        name -> Text,
        code -> Text,
        active -> Bool,
        reason -> Text,
        version -> Integer,
        created_at -> BigInt,
    }
}

diesel::table! {
    distributor_regions (distributor_id, region) {
        distributor_id -> Text,
        region -> Text,
    }
}

diesel::table! {
    distributor_choices (id) {
        id -> Text,
        supplier_id -> Text,
        region -> Text,
        distributor_id -> Text,
        since -> Date,
        until -> Nullable<Date>,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    distributor_assessments (id) {
        id -> Text,
        distributor_id -> Text,
        starts -> Date,
        ends -> Date,
        score -> Integer,
        result -> Text,
        evidence -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    shortfalls (id) {
        id -> Text,
        order_line_id -> Text,
        hospital_id -> Text,
        supplier_id -> Text,
        quantity -> BigInt,
        noted_on -> Date,
        at -> BigInt,
    }
}

diesel::table! {
    trace_codes (code, delivery_line_id) {
        code -> Text,
        delivery_line_id -> Text,
        freed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    order_requests (id) {
        id -> Text,
        hospital_id -> Text,
        file_name -> Text,
        sha256 -> Text,
        state -> Text,
        version -> Integer,
        lines -> Integer,
        faulty -> Integer,
        amount -> BigInt,
        made_at -> BigInt,
        made_by -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    order_request_lines (request_id, position) {
        request_id -> Text,
        position -> Integer,
        source -> Integer,
        contract -> Text,
        product -> Text,
        supplier -> Text,
        quantity -> Text,
        unit -> Text,
        unit_price -> Text,
        unreadable -> Text,
        fault -> Text,
        contract_id -> Nullable<Text>,
        product_id -> Nullable<Text>,
        supplier_id -> Nullable<Text>,
        generic -> Text,
        named -> Text,
        spec -> Text,
        counted -> Text,
        ordered -> Nullable<BigInt>,
        price -> Nullable<BigInt>,
        agreed -> BigInt,
        ordinary -> BigInt,
        order_id -> Nullable<Text>,
    }
}

diesel::table! {
    order_releases (id) {
        id -> Text,
        order_id -> Text,
        order_line_id -> Text,
        quantity -> BigInt,
        reason -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    retention_plans (id) {
        id -> Text,
        round_id -> Text,
        year -> Integer,
        starts -> Date,
        ends -> Date,
        state -> Text,
        parameter_set -> Text,
        parameters -> Text,
        version -> Integer,
        run -> Integer,
        computed_version -> Nullable<Integer>,
        computed_at -> Nullable<BigInt>,
        hospitals -> Integer,
        waiting -> Integer,
        budget -> BigInt,
        spend -> BigInt,
        base -> BigInt,
        retained -> BigInt,
        inputs_sha256 -> Text,
        checked_at -> Nullable<BigInt>,
        created_at -> BigInt,
        created_by -> Nullable<Text>,
        approved_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    retention_bases (plan_id, hospital_id, generic) {
        plan_id -> Text,
        hospital_id -> Text,
        generic -> Text,
        quantity -> Nullable<BigInt>,
        price -> Nullable<BigInt>,
        insured_share -> Nullable<BigInt>,
        pay_ratio -> Nullable<BigInt>,
        origin -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    retention_lines (plan_id, hospital_id, position) {
        plan_id -> Text,
        hospital_id -> Text,
        position -> Integer,
        generic -> Text,
        unit -> Text,
        base_quantity -> Nullable<BigInt>,
        price_before -> Nullable<BigInt>,
        insured_share -> Nullable<BigInt>,
        pay_ratio -> Nullable<BigInt>,
        agreed -> BigInt,
        selected -> BigInt,
        selected_amount -> BigInt,
        above -> BigInt,
        other -> BigInt,
        other_amount -> BigInt,
        evaluated -> BigInt,
        evaluated_amount -> BigInt,
        budget -> Nullable<BigInt>,
        spend -> BigInt,
        is_complete -> Bool,
    }
}

diesel::table! {
    retention_purchases (plan_id, hospital_id, position) {
        plan_id -> Text,
        hospital_id -> Text,
        position -> Integer,
        generic -> Text,
        kind -> Text,
        contract_id -> Nullable<Text>,
        product_id -> Nullable<Text>,
        unit_price -> BigInt,
        accepted -> BigInt,
        returned -> BigInt,
    }
}

diesel::table! {
    retention_sheets (plan_id, hospital_id) {
        plan_id -> Text,
        hospital_id -> Text,
        run -> Integer,
        generics -> Integer,
        missing -> Integer,
        incomplete -> Integer,
        budget -> BigInt,
        spend -> BigInt,
        base -> Nullable<BigInt>,
        score -> Nullable<BigInt>,
        grade -> Text,
        share -> Nullable<BigInt>,
        retained -> Nullable<BigInt>,
        cut -> Nullable<BigInt>,
        inputs_sha256 -> Text,
        changed -> Bool,
    }
}

diesel::table! {
    assessments (id) {
        id -> Text,
        plan_id -> Text,
        hospital_id -> Text,
        score -> BigInt,
        evidence -> Text,
        version -> Integer,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    supply_counts (volume_id) {
        volume_id -> Text,
        lines -> BigInt,
        open_lines -> BigInt,
        ordered -> BigInt,
        promised -> BigInt,
        shipped -> BigInt,
        accepted -> BigInt,
        refused -> BigInt,
        lost -> BigInt,
        overdue -> BigInt,
        due -> BigInt,
        on_time -> BigInt,
        counted_on -> Date,
        counted_at -> BigInt,
    }
}

diesel::table! {
    progress_sums (part, round_id, part_id, starts, ends) {
        part -> Text,
        part_id -> Text,
        round_id -> Text,
        starts -> Date,
        ends -> Date,
        contracts -> BigInt,
        agreed_quantity -> BigInt,
        used_quantity -> BigInt,
        agreed -> BigInt,
        reserved -> BigInt,
        consumed -> BigInt,
        lost -> BigInt,
        overdue -> BigInt,
        ordered -> BigInt,
        shipped -> BigInt,
        accepted -> BigInt,
        due -> BigInt,
        on_time -> BigInt,
        counted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    contract_events (id) {
        id -> Text,
        round_id -> Text,
        kind -> Text,
        state -> Text,
        since -> Date,
        cause -> Text,
        reason -> Text,
        contracts -> Integer,
        summary -> Text,
        lines -> Text,
        remark -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    successor_rounds (round_id) {
        round_id -> Text,
        previous_id -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    workdays (day) {
        day -> Date,
        kind -> Text,
        name -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    bank_accounts (id) {
        id -> Text,
        organisation_id -> Text,
        holder -> Text,
        bank -> Text,
        cnaps -> Text,
        number -> Text,
        state -> Text,
        entered_at -> BigInt,
        entered_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
        remark -> Text,
    }
}

diesel::table! {
    prepayments (hospital_id) {
        hospital_id -> Text,
        granted -> BigInt,
        drawn -> BigInt,
        recovered -> BigInt,
    }
}

diesel::table! {
    prepayment_grants (id) {
        id -> Text,
        number -> Text,
        hospital_id -> Text,
        amount -> BigInt,
        agreed -> BigInt,
        least -> BigInt,
        reason -> Text,
        state -> Text,
        asked_at -> BigInt,
        asked_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    prepayment_entries (id) {
        id -> Text,
        hospital_id -> Text,
        kind -> Text,
        amount -> BigInt,
        balance -> BigInt,
        settlement_id -> Nullable<Text>,
        grant_id -> Nullable<Text>,
        reason -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    claims (id) {
        id -> Text,
        number -> Text,
        month -> Date,
        hospital_id -> Text,
        supplier_id -> Text,
        submission_id -> Text,
        state -> Text,
        version -> Integer,
        lines -> Integer,
        amount -> BigInt,
        disputed_lines -> Integer,
        confirmed -> BigInt,
        submitted_at -> BigInt,
        submitted_by -> Nullable<Text>,
        verify_by -> Date,
        verified_at -> Nullable<BigInt>,
        verified_by -> Nullable<Text>,
        settlement_id -> Nullable<Text>,
    }
}

diesel::table! {
    claim_lines (claim_id, receipt_id) {
        claim_id -> Text,
        receipt_id -> Text,
        amount -> BigInt,
        state -> Text,
        reason -> Text,
    }
}

diesel::table! {
    settlements (id) {
        id -> Text,
        number -> Text,
        month -> Date,
        sequence -> Integer,
        state -> Text,
        claims -> Integer,
        lines -> Integer,
        amount -> BigInt,
        opened_at -> BigInt,
        opened_by -> Nullable<Text>,
        approved_at -> Nullable<BigInt>,
        approved_by -> Nullable<Text>,
    }
}

diesel::table! {
    transfers (id) {
        id -> Text,
        number -> Text,
        settlement_id -> Text,
        supplier_id -> Text,
        amount -> BigInt,
        claims -> Integer,
        state -> Text,
        attempts -> Integer,
        paid_on -> Nullable<Date>,
        reference -> Text,
    }
}

diesel::table! {
    payment_files (id) {
        id -> Text,
        number -> Text,
        settlement_id -> Text,
        payer_account_id -> Text,
        transfers -> Integer,
        amount -> BigInt,
        execute_on -> Date,
        made_at -> BigInt,
        made_by -> Nullable<Text>,
    }
}

diesel::table! {
    transfer_attempts (id) {
        id -> Text,
        transfer_id -> Text,
        file_id -> Text,
        bank_account_id -> Text,
        amount -> BigInt,
        state -> Text,
        paid_on -> Nullable<Date>,
        reference -> Text,
        reason -> Text,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    deductions (settlement_id, hospital_id) {
        settlement_id -> Text,
        hospital_id -> Text,
        planned -> BigInt,
        paid -> BigInt,
        counted -> BigInt,
        drawn -> BigInt,
        deducted -> BigInt,
    }
}

diesel::table! {
    deduction_entries (id) {
        id -> Text,
        act_id -> Text,
        settlement_id -> Text,
        hospital_id -> Text,
        month -> Date,
        amount -> BigInt,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    hospital_numbers (no) {
        no -> Integer,
        hospital_id -> Text,
    }
}

diesel::table! {
    product_numbers (no) {
        no -> Integer,
        product_id -> Text,
    }
}

diesel::table! {
    ingests (no) {
        no -> Integer,
        sha256 -> Text,
        file_name -> Text,
        state -> Text,
        lines -> BigInt,
        bad -> BigInt,
        staged -> BigInt,
        added -> BigInt,
        unchanged -> BigInt,
        unmatched -> BigInt,
        first_day -> Date,
        last_day -> Date,
        first_id -> Integer,
        account_id -> Nullable<Text>,
        created_at -> BigInt,
        applied_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    staged_transactions (ingest, n) {
        ingest -> Integer,
        n -> Integer,
        line -> BigInt,
        day -> Date,
        hospital -> Integer,
        product -> Integer,
        hospital_code -> Text,
        product_code -> Text,
        supplier -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        amount -> BigInt,
        nth -> Integer,
    }
}

diesel::table! {
    unmatched_transactions (id) {
        id -> Integer,
        ingest -> Integer,
        line -> BigInt,
        day -> Date,
        hospital_code -> Text,
        product_code -> Text,
        supplier -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        amount -> BigInt,
        nth -> Integer,
    }
}

diesel::table! {
    findings (id) {
        id -> Text,
        key -> Text,
        rule -> Text,
        rule_version -> Integer,
        product_id -> Text,
        hospital_id -> Nullable<Text>,
        supplier -> Text,
        month -> Date,
        tier -> Text,
        observed -> Nullable<BigInt>,
        reference -> Nullable<BigInt>,
        quantity -> BigInt,
        effect -> BigInt,
        effect_all -> BigInt,
        figures -> Text,
        state -> Text,
        case_id -> Nullable<Text>,
        found_at -> BigInt,
        seen_at -> BigInt,
        gone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    listings (id) {
        id -> Text,
        product_id -> Text,
        region -> Text,
        from_day -> Date,
        price -> BigInt,
        source -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    conducts (id) {
        id -> Text,
        company_code -> Text,
        company_name -> Text,
        supplier_id -> Nullable<Text>,
        is_distributor -> Bool,
        kind -> Text,
        amount -> Nullable<BigInt>,
        document_kind -> Text,
        document_number -> Text,
        issuer -> Text,
        document_on -> Date,
        region -> Text,
        summary -> Text,
        corrects_id -> Nullable<Text>,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    conduct_products (conduct_id, code) {
        conduct_id -> Text,
        code -> Text,
        generic -> Text,
        generic_key -> Text,
    }
}

diesel::table! {
    conduct_facts (conduct_id, fact_id) {
        conduct_id -> Text,
        fact_id -> Text,
    }
}

diesel::table! {
    ratings (id) {
        id -> Text,
        number -> Text,
        company_code -> Text,
        company_name -> Text,
        supplier_id -> Nullable<Text>,
        is_distributor -> Bool,
        edition -> Text,
        edition_hash -> Text,
        grade -> Text,
        scope -> Text,
        conduct_id -> Text,
        conduct -> Text,
        document -> Text,
        state -> Text,
        proposal -> Text,
        version -> Integer,
        noticed_on -> Date,
        defend_by -> Date,
        since -> Date,
        until -> Date,
        distribution_until -> Nullable<Date>,
        is_public -> Bool,
        repair_asked_on -> Nullable<Date>,
        ended_on -> Nullable<Date>,
        end_cause -> Text,
        corrects_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    rating_conducts (rating_id, conduct_id) {
        rating_id -> Text,
        conduct_id -> Text,
    }
}

diesel::table! {
    rating_steps (id) {
        id -> Text,
        rating_id -> Text,
        kind -> Text,
        body -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    barred_offers (offer_id, rating_id) {
        offer_id -> Text,
        rating_id -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    shortage_entries (id) {
        id -> Text,
        generic -> Text,
        form -> Text,
        list -> Text,
        since -> Date,
        until -> Nullable<Date>,
        source -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    stock_reports (id) {
        id -> Text,
        hospital_id -> Text,
        product_id -> Text,
        generic -> Text,
        on_hand -> BigInt,
        monthly_use -> BigInt,
        reported_on -> Date,
        is_latest -> Bool,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    shortage_counts (generic, month) {
        generic -> Text,
        month -> Date,
        lines -> BigInt,
        answered -> BigInt,
        short_lines -> BigInt,
        late_lines -> BigInt,
        repeated -> BigInt,
        hospitals -> BigInt,
        suppliers -> BigInt,
        counted_at -> BigInt,
    }
}

diesel::table! {
    shortages (id) {
        id -> Text,
        number -> Text,
        generic -> Text,
        level -> Text,
        worst -> Text,
        level_since -> Date,
        state -> Text,
        figures -> Text,
        version -> Integer,
        supplier_id -> Nullable<Text>,
        opened_at -> BigInt,
        seen_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        recorded -> Text,
    }
}

diesel::table! {
    shortage_steps (id) {
        id -> Text,
        shortage_id -> Text,
        kind -> Text,
        response -> Text,
        body -> Text,
        figures -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
    }
}

diesel::table! {
    baskets (id) {
        id -> Text,
        name -> Text,
        version -> Integer,
        title_zh -> Text,
        title_en -> Text,
        kind -> Text,
        formulas -> Text,
        base_from -> Date,
        base_months -> Integer,
        base_value -> BigInt,
        missing -> Text,
        threshold -> Nullable<BigInt>,
        from_month -> Date,
        to_month -> Nullable<Date>,
        owner -> Text,
        review_day -> Date,
        purpose -> Text,
        source -> Text,
        confidence -> Text,
        state -> Text,
        revision -> Integer,
        created_at -> BigInt,
        asked_by -> Nullable<Text>,
        asked_at -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        remark -> Text,
        counted_to -> Integer,
        counted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    basket_items (basket_id, position) {
        basket_id -> Text,
        position -> Integer,
        product_id -> Text,
        base_quantity -> Nullable<BigInt>,
        base_amount -> Nullable<BigInt>,
        origin -> Text,
    }
}

diesel::table! {
    index_months (basket_id, month) {
        basket_id -> Text,
        month -> Date,
        purchased -> Integer,
        carried -> Integer,
        left_out -> Integer,
        returned -> Integer,
        p0q0 -> BigInt,
        p1q0 -> BigInt,
        p0q1 -> BigInt,
        p1q1 -> BigInt,
        laspeyres -> Nullable<BigInt>,
        paasche -> Nullable<BigInt>,
        fisher -> Nullable<BigInt>,
        counted_at -> BigInt,
    }
}

diesel::table! {
    index_items (basket_id, month, position) {
        basket_id -> Text,
        month -> Date,
        position -> Integer,
        state -> Text,
        quantity -> BigInt,
        amount -> BigInt,
        price -> BigInt,
        p0q0 -> BigInt,
        p1q0 -> BigInt,
        p0q1 -> BigInt,
        contribution -> BigInt,
    }
}

diesel::table! {
    linkage_notices (id) {
        id -> Text,
        basket_id -> Text,
        month -> Date,
        reference_month -> Nullable<Date>,
        reference -> BigInt,
        value -> BigInt,
        change -> BigInt,
        threshold -> BigInt,
        pieces -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    preparations (id) {
        id -> Text,
        hospital_id -> Text,
        name -> Text,
        approval -> Text,
        spec -> Text,
        pack -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    cost_sheets (id) {
        id -> Text,
        preparation_id -> Text,
        hospital_id -> Text,
        number -> Text,
        version -> Integer,
        batch -> BigInt,
        yield_share -> BigInt,
        rate -> BigInt,
        change_reason -> Text,
        state -> Text,
        revision -> Integer,
        remark -> Text,
        price -> Nullable<BigInt>,
        from_day -> Nullable<Date>,
        to_day -> Nullable<Date>,
        due_day -> Nullable<Date>,
        submitted_by -> Nullable<Text>,
        submitted_at -> Nullable<BigInt>,
        asked_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    cost_lines (id) {
        id -> Text,
        sheet_id -> Text,
        position -> Integer,
        kind -> Text,
        name -> Text,
        unit -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        basis -> Text,
        amount -> BigInt,
        accepted -> Nullable<BigInt>,
        reason -> Text,
    }
}

diesel::table! {
    cases (id) {
        id -> Text,
        number -> Text,
        origin -> Text,
        rule -> Text,
        product_id -> Text,
        supplier_id -> Nullable<Text>,
        state -> Text,
        cycle -> Integer,
        level -> Integer,
        tier -> Text,
        assignee_id -> Nullable<Text>,
        step -> Nullable<Text>,
        due_on -> Nullable<Date>,
        reason -> Text,
        findings -> BigInt,
        effect -> BigInt,
        hospitals -> BigInt,
        months -> BigInt,
        first_month -> Nullable<Date>,
        last_month -> Nullable<Date>,
        counted_at -> BigInt,
        opened_at -> BigInt,
        opened_by -> Nullable<Text>,
        closed_at -> Nullable<BigInt>,
        closing -> Nullable<Text>,
        closing_text -> Text,
        version -> Integer,
    }
}

diesel::table! {
    case_steps (id) {
        id -> Text,
        case_id -> Text,
        cycle -> Integer,
        kind -> Text,
        number -> Text,
        dated -> Date,
        deadline -> Date,
        due_on -> Date,
        body -> Text,
        state -> Text,
        old_price -> Nullable<BigInt>,
        new_price -> Nullable<BigInt>,
        from_day -> Nullable<Date>,
        to_day -> Nullable<Date>,
        replacement_id -> Nullable<Text>,
        outcome -> Nullable<Text>,
        outcome_text -> Text,
        overdue_at -> Nullable<BigInt>,
        made_at -> BigInt,
        made_by -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        ended_by -> Nullable<Text>,
    }
}

diesel::table! {
    case_replies (id) {
        id -> Text,
        step_id -> Text,
        case_id -> Text,
        body -> Text,
        is_late -> Bool,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    case_events (id) {
        id -> Text,
        case_id -> Text,
        cycle -> Integer,
        kind -> Text,
        about -> Text,
        remark -> Text,
        at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    suspensions (id) {
        id -> Text,
        product_id -> Text,
        supplier_id -> Nullable<Text>,
        case_id -> Text,
        number -> Text,
        from_day -> Date,
        to_day -> Nullable<Date>,
        approved_at -> BigInt,
        approved_by -> Nullable<Text>,
        lifted_at -> Nullable<BigInt>,
        lifted_by -> Nullable<Text>,
        lift_number -> Text,
        lift_reason -> Text,
    }
}

diesel::table! {
    price_files (no) {
        no -> Integer,
        id -> Text,
        kind -> Text,
        origin -> Text,
        state -> Text,
        file_name -> Text,
        sha256 -> Text,
        bytes -> BigInt,
        skip_bad -> Bool,
        lines -> BigInt,
        added -> BigInt,
        changed -> BigInt,
        unchanged -> BigInt,
        unmatched -> BigInt,
        bad -> BigInt,
        refused -> BigInt,
        phase -> Text,
        done -> BigInt,
        whole -> BigInt,
        ingest -> Nullable<Integer>,
        reason_zh -> Text,
        reason_en -> Text,
        node -> Text,
        seen_at -> Nullable<BigInt>,
        sender -> Text,
        account_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        token_id -> Nullable<Text>,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    price_file_faults (file, position) {
        file -> Integer,
        position -> Integer,
        line -> BigInt,
        column_name -> Text,
        value -> Text,
        reason_zh -> Text,
        reason_en -> Text,
    }
}

diesel::table! {
    unmatched_sums (product_code, hospital_code) {
        product_code -> Text,
        hospital_code -> Text,
        lines -> BigInt,
        amount -> BigInt,
    }
}

diesel::table! {
    staged_listings (file, n) {
        file -> Integer,
        n -> Integer,
        id -> Text,
        line -> BigInt,
        product_code -> Text,
        region -> Text,
        from_day -> Date,
        price -> BigInt,
    }
}

diesel::table! {
    unmatched_listings (id) {
        id -> Text,
        file -> Integer,
        line -> BigInt,
        product_code -> Text,
        region -> Text,
        from_day -> Date,
        price -> BigInt,
        source -> Text,
    }
}

diesel::table! {
    listing_changes (file, product_id, region, from_day) {
        file -> Integer,
        product_id -> Text,
        region -> Text,
        from_day -> Date,
        price_before -> BigInt,
        price_after -> BigInt,
    }
}

diesel::table! {
    folder_sightings (name) {
        name -> Text,
        bytes -> BigInt,
        seen_at -> BigInt,
        file -> Nullable<Integer>,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Text,
        name -> Text,
        scopes -> Text,
        consumer_id -> Nullable<Text>,
        organisation_id -> Nullable<Text>,
        token_hash -> Text,
        old_hash -> Nullable<Text>,
        old_until -> Nullable<Date>,
        expires_on -> Nullable<Date>,
        created_at -> BigInt,
        created_by -> Nullable<Text>,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    finding_changes (finding_id) {
        finding_id -> Text,
        state -> Text,
        first_sweep -> BigInt,
        sweep -> BigInt,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Text,
        account_id -> Text,
        name -> Text,
        frequency -> Text,
        weekday -> Integer,
        hour -> Integer,
        product_id -> Nullable<Text>,
        generic -> Text,
        hospital_id -> Nullable<Text>,
        supplier -> Text,
        rule -> Text,
        tier -> Text,
        even_if_nothing -> Bool,
        state -> Text,
        version -> Integer,
        sweep -> BigInt,
        told_to -> BigInt,
        next_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    alerts (id) {
        id -> Text,
        subscription_id -> Text,
        account_id -> Text,
        mail_id -> Text,
        after_sweep -> BigInt,
        to_sweep -> BigInt,
        found -> BigInt,
        effect -> BigInt,
        gone -> BigInt,
        is_test -> Bool,
        written_at -> BigInt,
    }
}

diesel::table! {
    bounces (mail_id) {
        mail_id -> Text,
        address -> Text,
        via -> Text,
        words -> Text,
        at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    board_counts (no) {
        no -> Integer,
        last_id -> Integer,
        lines -> BigInt,
        last_month -> Date,
        counted_at -> BigInt,
    }
}

diesel::table! {
    purchase_sums (part, key, month) {
        part -> Text,
        key -> Text,
        month -> Date,
        lines -> BigInt,
        amount -> BigInt,
        contracted -> BigInt,
        judged -> BigInt,
        above -> BigInt,
    }
}

diesel::table! {
    purchase_tops (part, key, month, ranked, place) {
        part -> Text,
        key -> Text,
        month -> Date,
        ranked -> Text,
        place -> Integer,
        other -> Text,
        lines -> BigInt,
        amount -> BigInt,
    }
}

diesel::table! {
    board_cells (hospital, product, supplier) {
        hospital -> Integer,
        product -> Integer,
        supplier -> Text,
        lines -> BigInt,
        amount -> BigInt,
        contracted -> BigInt,
        judged -> BigInt,
        above -> BigInt,
    }
}

diesel::table! {
    finding_months (month, rule, tier) {
        month -> Date,
        rule -> Text,
        tier -> Text,
        findings -> BigInt,
        effect -> BigInt,
    }
}

diesel::table! {
    finding_tops (months, part, place) {
        months -> Integer,
        part -> Text,
        place -> Integer,
        key -> Text,
        findings -> BigInt,
        effect -> BigInt,
    }
}

diesel::table! {
    scan_runs (id) {
        id -> Text,
        state -> Text,
        began_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        from_month -> Nullable<Date>,
        to_month -> Date,
        is_whole -> Bool,
        rules -> Text,
        rows_read -> BigInt,
        products -> BigInt,
        skipped -> Text,
        found_new -> BigInt,
        changed -> BigInt,
        standing -> BigInt,
        gone -> BigInt,
        effect -> BigInt,
        drift -> Text,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    scan_changes (run, n) {
        run -> Text,
        n -> Integer,
        act -> Text,
        product -> Integer,
        hospital -> Integer,
        last_day -> Date,
        id -> Text,
        key -> Text,
        rule -> Text,
        rule_version -> Integer,
        product_id -> Text,
        hospital_id -> Nullable<Text>,
        supplier -> Text,
        month -> Date,
        tier -> Text,
        observed -> Nullable<BigInt>,
        reference -> Nullable<BigInt>,
        quantity -> BigInt,
        effect -> BigInt,
        effect_all -> BigInt,
        figures -> Text,
    }
}

diesel::table! {
    scan_inputs (product_id, source) {
        product_id -> Text,
        source -> Text,
        fingerprint -> Text,
    }
}

diesel::table! {
    scan_rules (rule) {
        rule -> Text,
        version -> Integer,
        hash -> Text,
    }
}

diesel::table! {
    monitoring_rules (name, version) {
        name -> Text,
        version -> Integer,
        body -> Text,
        sha256 -> Text,
        effective_from -> Date,
        published_by -> Nullable<Text>,
        published_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    monitoring_drafts (id) {
        id -> Text,
        name -> Text,
        origin -> Integer,
        title -> Text,
        body -> Text,
        state -> Text,
        version -> Integer,
        became -> Nullable<Integer>,
        created_by -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    monitoring_trials (id) {
        id -> Text,
        draft_id -> Text,
        sha256 -> Text,
        state -> Text,
        asked_by -> Text,
        asked_at -> BigInt,
        began_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        outcome -> Text,
    }
}

diesel::table! {
    monitoring_exclusions (id) {
        id -> Text,
        rule -> Text,
        product_id -> Nullable<Text>,
        hospital_id -> Nullable<Text>,
        reason -> Text,
        made_by -> Nullable<Text>,
        made_at -> BigInt,
        lifted_by -> Nullable<Text>,
        lifted_at -> Nullable<BigInt>,
        lift_reason -> Text,
    }
}

diesel::table! {
    refused_listings (id) {
        id -> Text,
        file -> Integer,
        line -> BigInt,
        product_code -> Text,
        region -> Text,
        from_day -> Date,
        price -> BigInt,
        rating -> Text,
        reason_zh -> Text,
        reason_en -> Text,
        refused_at -> BigInt,
    }
}

diesel::table! {
    negotiated_lists (id) {
        id -> Text,
        number -> Text,
        title -> Text,
        state -> Text,
        created_at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    negotiated_lines (list_id, position) {
        list_id -> Text,
        position -> Integer,
        product_id -> Text,
        payment_standard -> BigInt,
        unit -> Text,
        starts -> Date,
        ends -> Nullable<Date>,
        dual_channel -> Bool,
        document -> Text,
        remark -> Text,
    }
}

diesel::table! {
    effects (id) {
        id -> Text,
        subject -> Text,
        subject_id -> Text,
        fingerprint -> Text,
        from_day -> Date,
        to_day -> Date,
        computed_at -> BigInt,
        account_id -> Nullable<Text>,
        release_id -> Nullable<Text>,
    }
}

diesel::table! {
    effect_lines (effect_id, position) {
        effect_id -> Text,
        position -> Integer,
        lot -> Text,
        product -> Text,
        generic -> Text,
        spec -> Text,
        company -> Text,
        starts -> Date,
        products -> Integer,
        purchases -> BigInt,
        standard_before -> Nullable<BigInt>,
        standard_after -> BigInt,
        quantity -> Nullable<BigInt>,
        fund_before -> Nullable<BigInt>,
        fund_after -> Nullable<BigInt>,
        excess_before -> Nullable<BigInt>,
        excess_after -> Nullable<BigInt>,
        arithmetic -> Text,
    }
}

diesel::table! {
    price_links (no) {
        no -> BigInt,
        seq -> BigInt,
        source -> Text,
        product_id -> Text,
        code -> Text,
        generic -> Text,
        company -> Text,
        kind -> Text,
        price -> BigInt,
        standard -> BigInt,
        state -> Text,
        reason -> Text,
        opened_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    disease_baskets (id) {
        id -> Text,
        name -> Text,
        code -> Text,
        hospital_id -> Nullable<Text>,
        cases -> Nullable<BigInt>,
        document -> Text,
        active -> Bool,
        revision -> Integer,
        created_at -> BigInt,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    disease_items (basket_id, position) {
        basket_id -> Text,
        position -> Integer,
        product_id -> Nullable<Text>,
        code -> Text,
        generic -> Text,
        quantity -> BigInt,
    }
}

diesel::table! {
    disease_effects (basket_id, round_id) {
        basket_id -> Text,
        round_id -> Text,
        award_id -> Text,
        from_day -> Date,
        to_day -> Date,
        lines -> Integer,
        unknown -> Integer,
        cost_before -> BigInt,
        cost_after -> BigInt,
        computed_at -> BigInt,
    }
}

diesel::table! {
    disease_effect_lines (basket_id, round_id, position) {
        basket_id -> Text,
        round_id -> Text,
        position -> Integer,
        lot -> Text,
        code -> Text,
        generic -> Text,
        quantity -> BigInt,
        price_before -> Nullable<BigInt>,
        source_before -> Text,
        price_after -> Nullable<BigInt>,
        source_after -> Text,
        cost_before -> Nullable<BigInt>,
        cost_after -> Nullable<BigInt>,
    }
}

diesel::table! {
    comparisons (id) {
        id -> Text,
        consumer_id -> Text,
        made_at -> BigInt,
        upto -> BigInt,
        held -> BigInt,
        same -> BigInt,
        missing -> BigInt,
        surplus -> BigInt,
        different -> BigInt,
        bad -> BigInt,
        findings -> Text,
    }
}

diesel::table! {
    pushes (id) {
        id -> Text,
        consumer_id -> Text,
        since -> BigInt,
        last_seq -> BigInt,
        state -> Text,
        attempts -> Integer,
        next_at -> BigInt,
        leased_until -> Nullable<BigInt>,
        error -> Text,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (token_id, given_key) {
        token_id -> Text,
        given_key -> Text,
        request -> Text,
        status -> Integer,
        answer -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    ocds_releases (no) {
        no -> BigInt,
        round_id -> Text,
        place -> Integer,
        tag -> Text,
        award_id -> Nullable<Text>,
        basis -> Text,
        sha256 -> Text,
        body -> Text,
        made_at -> BigInt,
    }
}

diesel::table! {
    indicator_counts (starts, months, part, key, indicator) {
        indicator -> Text,
        part -> Text,
        key -> Text,
        starts -> Date,
        months -> Integer,
        numerator -> BigInt,
        denominator -> BigInt,
        missing -> BigInt,
    }
}

diesel::table! {
    indicator_months (month) {
        month -> Date,
        counted_at -> BigInt,
    }
}

diesel::table! {
    indicator_references (lot_id, supplier_id, product) {
        lot_id -> Text,
        supplier_id -> Text,
        product -> Text,
        price -> BigInt,
    }
}

diesel::table! {
    indicator_targets (id) {
        id -> Text,
        indicator -> Text,
        year -> Integer,
        region -> Text,
        value -> Text,
        document -> Text,
        issuer -> Text,
        state -> Text,
        asked_by -> Text,
        asked_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        remark -> Text,
    }
}

diesel::table! {
    indicator_inputs (id) {
        id -> Text,
        hospital_id -> Text,
        month -> Date,
        figure -> Text,
        amount -> BigInt,
        document -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
        superseded_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    indicator_varieties (id) {
        id -> Text,
        kind -> Text,
        generic -> Text,
        level -> Text,
        since -> Date,
        until -> Nullable<Date>,
        document -> Text,
        account_id -> Nullable<Text>,
        at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    indicator_readers (account_id) {
        account_id -> Text,
        since -> BigInt,
    }
}

diesel::joinable!(accounts -> organisations (organisation_id));
diesel::joinable!(account_roles -> accounts (account_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(rounds -> rule_sets (rule_set_id));
diesel::joinable!(round_regions -> rounds (round_id));
diesel::joinable!(lots -> rounds (round_id));
diesel::joinable!(amendments -> rounds (round_id));
diesel::joinable!(demand_reports -> rounds (round_id));
diesel::joinable!(demand_reports -> organisations (hospital_id));
diesel::joinable!(demand_lines -> demand_reports (report_id));
diesel::joinable!(demand_lines -> rounds (round_id));
diesel::joinable!(demand_lines -> organisations (hospital_id));
diesel::joinable!(demand_lines -> lots (lot_id));
diesel::joinable!(envelopes -> rounds (round_id));
diesel::joinable!(envelopes -> organisations (supplier_id));
diesel::joinable!(refused_envelopes -> rounds (round_id));
diesel::joinable!(refused_envelopes -> organisations (supplier_id));
diesel::joinable!(openers -> rounds (round_id));
diesel::joinable!(openers -> accounts (account_id));
diesel::joinable!(panels -> rounds (round_id));
diesel::joinable!(panel_members -> rounds (round_id));
diesel::joinable!(panel_members -> accounts (account_id));
diesel::joinable!(opener_keys -> rounds (round_id));
diesel::joinable!(opener_keys -> accounts (account_id));
diesel::joinable!(envelope_shares -> envelopes (envelope_id));
diesel::joinable!(envelope_shares -> opener_keys (public_key));
diesel::joinable!(envelope_shares -> rounds (round_id));
diesel::joinable!(signed_receipts -> envelopes (envelope_id));
diesel::joinable!(signed_receipts -> rounds (round_id));
diesel::joinable!(receipt_roots -> rounds (round_id));
diesel::joinable!(held_shares -> rounds (round_id));
diesel::joinable!(held_shares -> accounts (account_id));
diesel::joinable!(opened_contents -> envelopes (envelope_id));
diesel::joinable!(opened_contents -> rounds (round_id));
diesel::joinable!(offers -> rounds (round_id));
diesel::joinable!(offers -> lots (lot_id));
diesel::joinable!(offers -> envelopes (envelope_id));
diesel::joinable!(offers -> organisations (supplier_id));
diesel::joinable!(awards -> rounds (round_id));
diesel::joinable!(awards -> rule_sets (rule_set_id));
diesel::joinable!(decisions -> awards (award_id));
diesel::joinable!(decisions -> lots (lot_id));
diesel::joinable!(decisions -> offers (offer_id));
diesel::joinable!(decisions -> organisations (supplier_id));
diesel::joinable!(lot_lines -> awards (award_id));
diesel::joinable!(lot_lines -> lots (lot_id));
diesel::joinable!(allocations -> awards (award_id));
diesel::joinable!(allocations -> lots (lot_id));
diesel::joinable!(allocations -> offers (offer_id));
diesel::joinable!(objections -> rounds (round_id));
diesel::joinable!(objections -> lots (lot_id));
diesel::joinable!(objections -> organisations (supplier_id));
diesel::joinable!(rulings -> offers (offer_id));
diesel::joinable!(entitlements -> lots (lot_id));
diesel::joinable!(entitlements -> organisations (supplier_id));
diesel::joinable!(questions -> lots (lot_id));
diesel::joinable!(questions -> organisations (supplier_id));
diesel::joinable!(questions -> awards (award_id));
diesel::joinable!(region_lines -> awards (award_id));
diesel::joinable!(region_lines -> lots (lot_id));
diesel::joinable!(selections -> rounds (round_id));
diesel::joinable!(selections -> awards (award_id));
diesel::joinable!(queues -> selections (selection_id));
diesel::joinable!(queues -> lots (lot_id));
diesel::joinable!(queue_choosers -> queues (queue_id));
diesel::joinable!(queue_choosers -> organisations (supplier_id));
diesel::joinable!(queue_regions -> queues (queue_id));
diesel::joinable!(picks -> queues (queue_id));
diesel::joinable!(picks -> organisations (supplier_id));
diesel::joinable!(reassignment_periods -> rounds (round_id));
diesel::joinable!(reassignment_periods -> awards (award_id));
diesel::joinable!(reassignment_winners -> reassignment_periods (period_id));
diesel::joinable!(reassignment_winners -> lots (lot_id));
diesel::joinable!(reassignment_winners -> offers (offer_id));
diesel::joinable!(reassignment_volumes -> reassignment_periods (period_id));
diesel::joinable!(reassignment_volumes -> organisations (hospital_id));
diesel::joinable!(reassignment_volumes -> lots (lot_id));
diesel::joinable!(reassignments -> reassignment_periods (period_id));
diesel::joinable!(reassignments -> lots (lot_id));
diesel::joinable!(reassignments -> organisations (hospital_id));
diesel::joinable!(reassignments -> offers (offer_id));
diesel::joinable!(reassignment_answers -> reassignment_periods (period_id));
diesel::joinable!(reassignment_answers -> organisations (hospital_id));
diesel::joinable!(contracts -> rounds (round_id));
diesel::joinable!(contracts -> lots (lot_id));
diesel::joinable!(contract_changes -> contracts (contract_id));
diesel::joinable!(standards -> releases (release_id));
diesel::joinable!(simulations -> accounts (account_id));

diesel::allow_tables_to_appear_in_same_query!(
    organisations,
    accounts,
    account_roles,
    sessions,
    audit_entries,
    counters,
    mails,
    jobs,
    job_runs,
    documents,
    products,
    imports,
    transactions,
    rule_sets,
    rule_drafts,
    rounds,
    round_regions,
    lots,
    approvals,
    amendments,
    demand_reports,
    demand_lines,
    envelopes,
    refused_envelopes,
    submissions,
    screen_remarks,
    openers,
    panels,
    panel_members,
    opener_keys,
    envelope_shares,
    signed_receipts,
    receipt_roots,
    held_shares,
    opened_contents,
    offers,
    awards,
    decisions,
    lot_lines,
    allocations,
    objections,
    rulings,
    entitlements,
    questions,
    replies,
    region_lines,
    selections,
    queues,
    queue_choosers,
    queue_regions,
    picks,
    reassignment_periods,
    reassignment_winners,
    reassignment_volumes,
    reassignments,
    reassignment_answers,
    contracts,
    contract_changes,
    releases,
    standards,
    consumers,
    simulations,
);

// The chain from order to payment: joined among itself, and to whom and what it is about.
diesel::allow_tables_to_appear_in_same_query!(
    agreed_volumes,
    orders,
    order_lines,
    deliveries,
    delivery_lines,
    receipts,
    returns,
    invoices,
    invoice_lines,
    payments,
    payment_lines,
);
diesel::joinable!(order_lines -> orders (order_id));
diesel::joinable!(delivery_lines -> deliveries (delivery_id));
diesel::joinable!(delivery_lines -> order_lines (order_line_id));
diesel::joinable!(receipts -> order_lines (order_line_id));
diesel::joinable!(receipts -> delivery_lines (delivery_line_id));
diesel::joinable!(returns -> receipts (receipt_id));
diesel::joinable!(invoice_lines -> invoices (invoice_id));
diesel::joinable!(invoice_lines -> receipts (receipt_id));
diesel::joinable!(payment_lines -> payments (payment_id));
diesel::joinable!(payment_lines -> receipts (receipt_id));
diesel::joinable!(agreed_volumes -> contracts (contract_id));
diesel::allow_tables_to_appear_in_same_query!(agreed_volumes, contracts);
diesel::joinable!(order_lines -> contracts (contract_id));
diesel::allow_tables_to_appear_in_same_query!(order_lines, contracts);
diesel::joinable!(distributor_choices -> distributors (distributor_id));
diesel::joinable!(distributor_choices -> organisations (supplier_id));
diesel::allow_tables_to_appear_in_same_query!(distributor_choices, distributors, organisations);
diesel::allow_tables_to_appear_in_same_query!(distributor_regions, distributors);
diesel::joinable!(shortfalls -> order_lines (order_line_id));
diesel::allow_tables_to_appear_in_same_query!(shortfalls, order_lines);
diesel::allow_tables_to_appear_in_same_query!(shortfalls, orders);
diesel::joinable!(trace_codes -> delivery_lines (delivery_line_id));
diesel::allow_tables_to_appear_in_same_query!(trace_codes, delivery_lines);
diesel::allow_tables_to_appear_in_same_query!(trace_codes, deliveries);
diesel::joinable!(deliveries -> orders (order_id));
diesel::joinable!(order_releases -> order_lines (order_line_id));
diesel::allow_tables_to_appear_in_same_query!(order_releases, order_lines);

// Surplus retention: its sheets and scores are shown with the hospital's name.
diesel::joinable!(retention_sheets -> organisations (hospital_id));
diesel::allow_tables_to_appear_in_same_query!(retention_sheets, organisations);
diesel::joinable!(retention_bases -> organisations (hospital_id));
diesel::allow_tables_to_appear_in_same_query!(retention_bases, organisations);
diesel::joinable!(retention_plans -> rounds (round_id));
diesel::allow_tables_to_appear_in_same_query!(retention_plans, retention_sheets, rounds);
diesel::joinable!(assessments -> organisations (hospital_id));
diesel::allow_tables_to_appear_in_same_query!(assessments, organisations);
diesel::joinable!(credit_facts -> organisations (supplier_id));
diesel::allow_tables_to_appear_in_same_query!(credit_facts, organisations);

// Direct settlement: claims and their lines, settlements and what they pay.
diesel::allow_tables_to_appear_in_same_query!(claims, claim_lines);
diesel::allow_tables_to_appear_in_same_query!(claim_lines, receipts);
diesel::allow_tables_to_appear_in_same_query!(claim_lines, order_lines);
diesel::joinable!(claim_lines -> claims (claim_id));
diesel::joinable!(claim_lines -> receipts (receipt_id));
diesel::allow_tables_to_appear_in_same_query!(transfer_attempts, transfers);
diesel::allow_tables_to_appear_in_same_query!(transfer_attempts, bank_accounts, organisations);
diesel::joinable!(bank_accounts -> organisations (organisation_id));
diesel::allow_tables_to_appear_in_same_query!(transfers, organisations);
diesel::joinable!(transfer_attempts -> transfers (transfer_id));
diesel::joinable!(transfer_attempts -> bank_accounts (bank_account_id));
diesel::joinable!(transfers -> organisations (supplier_id));
diesel::allow_tables_to_appear_in_same_query!(deductions, organisations);
diesel::joinable!(deductions -> organisations (hospital_id));
diesel::allow_tables_to_appear_in_same_query!(prepayments, organisations);
diesel::joinable!(prepayments -> organisations (hospital_id));
diesel::allow_tables_to_appear_in_same_query!(prepayment_grants, organisations);
diesel::joinable!(prepayment_grants -> organisations (hospital_id));

// Purchases: short numbers stand for hospital and product.
diesel::joinable!(hospital_numbers -> organisations (hospital_id));
diesel::joinable!(product_numbers -> products (product_id));
diesel::allow_tables_to_appear_in_same_query!(hospital_numbers, organisations);
diesel::allow_tables_to_appear_in_same_query!(product_numbers, products);
diesel::joinable!(unmatched_transactions -> ingests (ingest));
diesel::allow_tables_to_appear_in_same_query!(unmatched_transactions, ingests);

// Findings and listings: a product, and where it was found.
diesel::joinable!(findings -> products (product_id));
diesel::joinable!(findings -> organisations (hospital_id));
diesel::joinable!(listings -> products (product_id));
diesel::allow_tables_to_appear_in_same_query!(findings, products);
diesel::allow_tables_to_appear_in_same_query!(findings, organisations);
diesel::allow_tables_to_appear_in_same_query!(listings, products);

// Credit evaluation: conducts and what they name, ratings and the offers they bar.
diesel::joinable!(conduct_products -> conducts (conduct_id));
diesel::joinable!(conduct_facts -> credit_facts (fact_id));
diesel::joinable!(rating_conducts -> conducts (conduct_id));
diesel::joinable!(rating_conducts -> ratings (rating_id));
diesel::joinable!(barred_offers -> ratings (rating_id));
diesel::allow_tables_to_appear_in_same_query!(conduct_products, conducts);
diesel::allow_tables_to_appear_in_same_query!(conduct_facts, credit_facts);
diesel::allow_tables_to_appear_in_same_query!(rating_conducts, conducts);
diesel::allow_tables_to_appear_in_same_query!(rating_conducts, ratings);
diesel::allow_tables_to_appear_in_same_query!(rating_conducts, conduct_products);
diesel::allow_tables_to_appear_in_same_query!(barred_offers, ratings);
diesel::allow_tables_to_appear_in_same_query!(barred_offers, offers);
diesel::allow_tables_to_appear_in_same_query!(ratings, offers);
diesel::joinable!(rating_steps -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(rating_steps, accounts);

// Shortages: stock with its product and hospital, steps with who did them.
diesel::joinable!(stock_reports -> products (product_id));
diesel::joinable!(stock_reports -> organisations (hospital_id));
diesel::joinable!(shortage_steps -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(stock_reports, products);
diesel::allow_tables_to_appear_in_same_query!(stock_reports, organisations);
diesel::allow_tables_to_appear_in_same_query!(shortage_steps, accounts);

// Price indices: the items of a basket, and what was counted of them.
diesel::joinable!(basket_items -> products (product_id));
diesel::allow_tables_to_appear_in_same_query!(basket_items, products);
diesel::allow_tables_to_appear_in_same_query!(basket_items, product_numbers);

// Hospital preparations: the sheets of what a hospital makes.
diesel::joinable!(cost_sheets -> preparations (preparation_id));
diesel::joinable!(cost_sheets -> organisations (hospital_id));
diesel::allow_tables_to_appear_in_same_query!(cost_sheets, preparations, organisations);

// Price cases: a case with its product, its steps and what stops orders.
diesel::joinable!(cases -> products (product_id));
diesel::joinable!(suspensions -> products (product_id));
diesel::allow_tables_to_appear_in_same_query!(cases, products);
diesel::allow_tables_to_appear_in_same_query!(suspensions, products);
diesel::allow_tables_to_appear_in_same_query!(cases, case_steps);

// Alerts: what was told, under the subscription and with the mail that told it.
diesel::joinable!(alerts -> subscriptions (subscription_id));
diesel::joinable!(alerts -> mails (mail_id));
diesel::allow_tables_to_appear_in_same_query!(alerts, subscriptions, mails);

// Listings that a credit rating may bar, with the product they name.
diesel::allow_tables_to_appear_in_same_query!(staged_listings, products);
diesel::allow_tables_to_appear_in_same_query!(unmatched_listings, products);

// Negotiated drugs: a list's lines with their products.
diesel::joinable!(negotiated_lines -> products (product_id));
diesel::allow_tables_to_appear_in_same_query!(negotiated_lines, products);

// Purchases are summed by product and price.
diesel::allow_columns_to_appear_in_same_group_by_clause!(transactions::product, transactions::unit_price,);

// Disease cost: an effect with the round it is of.
diesel::joinable!(disease_effects -> rounds (round_id));
diesel::allow_tables_to_appear_in_same_query!(disease_effects, rounds);
diesel::joinable!(disease_baskets -> organisations (hospital_id));
diesel::allow_tables_to_appear_in_same_query!(disease_baskets, organisations);

// Indicators: what hospitals entered, with their names.
diesel::joinable!(indicator_inputs -> organisations (hospital_id));
diesel::joinable!(indicator_readers -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(indicator_inputs, organisations);
diesel::allow_tables_to_appear_in_same_query!(indicator_readers, accounts);
