//! Writing the sealed part of an archive: receipts with their signatures, the published root, and what was opened.

use std::collections::{BTreeMap, BTreeSet};

use super::export::Packing;
use super::format::{
    COMPANIES, COMPANY_COLUMNS, PUBLIC_KEY, RECEIPT_COLUMNS, RECEIPTS, ROOT, RootFacts, SHARE_COLUMNS,
    SHARES, content_name, envelope_name, receipt_name,
};
use crate::bids::{self, EnvelopeState, Receipt, Share, Signed, seal};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Organisation};
use crate::rounds::Round;
use crate::types::{EnvelopeId, OrganisationId, hex, sha256};

/// Receipts, the companies they were given to, and what was opened. An envelope that was replaced or withdrawn was
/// never opened and its content stays its company's own: only its receipt is here, which the root covers.
pub(super) fn pack(conn: &mut Conn, packing: &mut Packing, round: &Round) -> Result<()> {
    let mut companies: BTreeMap<OrganisationId, Organisation> = BTreeMap::new();
    let mut signed: BTreeMap<EnvelopeId, Signed> = BTreeMap::new();
    for row in bids::store::signed(conn, &round.id)? {
        signed.insert(row.envelope_id.clone(), Signed::from(row));
    }
    let mut shares: BTreeMap<EnvelopeId, Vec<Share>> = BTreeMap::new();
    for share in bids::store::shares(conn, &round.id)? {
        shares.entry(share.envelope_id.clone()).or_default().push(share);
    }
    let (mut lines, mut share_lines, mut keys) = (Vec::new(), Vec::new(), BTreeSet::new());
    for receipt in bids::store::receipts(conn, &round.id)? {
        let envelope = bids::store::envelope(conn, &receipt.id)?.ok_or(Error::NotFound)?;
        let company = match companies.get(&receipt.supplier_id) {
            Some(company) => company.code.clone(),
            None => {
                let company =
                    people::store::organisation(conn, &receipt.supplier_id)?.ok_or(Error::NotFound)?;
                let code = company.code.clone();
                companies.insert(company.id.clone(), company);
                code
            }
        };
        let shares = shares.remove(&receipt.id).unwrap_or_default();
        let kept = shares.iter().map(|share| (share.public_key.as_str(), share.share.as_slice()));
        lines.push(line(&receipt, company, seal::hash(&envelope.sealed, kept)));
        if let Some(signed) = signed.get(&receipt.id) {
            packing.add(&receipt_name(receipt.seq), signed.file().as_bytes())?;
            keys.insert(signed.key.clone());
        }
        if receipt.state == EnvelopeState::Opened {
            packing.add(&content_name(receipt.seq), &opened(conn, &receipt, &envelope.sealed)?)?;
            packing.add(&envelope_name(receipt.seq), &envelope.sealed)?;
            let line = |share: Share| vec![receipt.seq.to_string(), share.public_key, hex(&share.share)];
            share_lines.extend(shares.into_iter().map(line));
        }
    }
    packing.lines(RECEIPTS, RECEIPT_COLUMNS, lines)?;
    if !share_lines.is_empty() {
        packing.lines(SHARES, SHARE_COLUMNS, share_lines)?;
    }
    if !keys.is_empty() {
        let text: String = keys.iter().map(|key| format!("{key}\n")).collect();
        packing.add(PUBLIC_KEY, text.as_bytes())?;
    }
    if let Some(root) = bids::store::root(conn, &round.id)? {
        let facts = RootFacts {
            round: root.round_id,
            count: usize::try_from(root.count).unwrap_or_default(),
            root: root.root,
            closed_at: root.closed_at,
        };
        packing.add(ROOT, facts.text().as_bytes())?;
    }
    let mut companies: Vec<Organisation> = companies.into_values().collect();
    companies.sort_by(|a, b| a.code.cmp(&b.code));
    let line = |it: Organisation| vec![it.code, it.id.to_string(), it.name, it.group_name];
    packing.lines(COMPANIES, COMPANY_COLUMNS, companies.into_iter().map(line).collect())
}

/// The canonical bytes of an opened envelope: kept since the opening, or framed by an earlier version.
fn opened(conn: &mut Conn, receipt: &Receipt, sealed: &[u8]) -> Result<Vec<u8>> {
    let content = match bids::store::content(conn, &receipt.id)? {
        Some(content) => Some(content),
        None => seal::open_framed(sealed),
    };
    content
        .filter(|content| sha256(content) == receipt.sha256)
        .ok_or_else(|| Error::fault(format!("envelope {} does not match its receipt", receipt.id)))
}

fn line(receipt: &Receipt, company: String, sealed_sha256: String) -> Vec<String> {
    vec![
        receipt.seq.to_string(),
        receipt.id.to_string(),
        company,
        receipt.state.to_string(),
        receipt.received_at.utc(),
        receipt.lines.to_string(),
        receipt.sha256.clone(),
        sealed_sha256,
    ]
}
