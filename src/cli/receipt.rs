//! `jicai receipt verify`: checks a bid's receipt with nothing but files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jicai::bids::merkle::Inclusion;
use jicai::bids::{Signed, Statement};
use jicai::text::fill;
use jicai::types::{hex, sha256};

use super::{Stop, lang};

/// Receipts of bids
#[derive(Subcommand)]
pub enum Receipt {
    Verify(Verify),
}

/// Check a receipt's signature, and on request its content and its place under a published root.
///
/// Needs no database. Exit status 0: everything asked for holds; 1: something does not, and which; 2: a file cannot
/// be read or is no such file.
#[derive(Args)]
pub struct Verify {
    /// The signed receipt
    file: PathBuf,
    /// The platform's public key, as published
    #[arg(long)]
    key: Option<String>,
    /// The bidder's own copy of the content
    #[arg(long)]
    content: Option<PathBuf>,
    /// The root published for the round
    #[arg(long)]
    root: Option<String>,
    /// The proof of inclusion
    #[arg(long)]
    proof: Option<PathBuf>,
}

/// Runs the command.
pub fn run(command: &Receipt) -> Result<(), Stop> {
    let Receipt::Verify(args) = command;
    let s = &lang().text().sealing;
    let bad = |message: &str, file: &Path| Stop::Bad(vec![fill(message, &[("file", &file.display())])]);
    let signed = Signed::read(&text(&args.file)?).ok_or_else(|| bad(s.verify_not_a_receipt, &args.file))?;
    if !signed.is_signed() {
        return Err(Stop::Failed(s.verify_bad_signature.to_owned()));
    }
    let it = Statement::read(&signed.text).ok_or_else(|| bad(s.verify_bad_text, &args.file))?;
    match &args.key {
        Some(key) if !key.trim().eq_ignore_ascii_case(&signed.key) => {
            return Err(Stop::Failed(fill(s.verify_other_key, &[("key", &signed.key)])));
        }
        Some(_) => {}
        None => eprintln!("{}", fill(s.verify_key_advice, &[("key", &signed.key)])),
    }
    let facts: [(&str, &dyn std::fmt::Display); 4] = [
        ("number", &it.number),
        ("seq", &it.sequence),
        ("supplier", &it.supplier),
        ("at", &it.received_at.iso()),
    ];
    println!("{}", fill(s.verify_signed, &facts));
    if let Some(file) = &args.content {
        if sha256(&bytes(file)?) != it.content_sha256 {
            return Err(Stop::Failed(fill(s.verify_bad_content, &[("file", &file.display())])));
        }
        println!("{}", s.verify_content_fits);
    }
    match (&args.root, &args.proof) {
        (None, None) => Ok(()),
        (Some(root), Some(proof)) => {
            let read = Inclusion::read(&text(proof)?).ok_or_else(|| bad(s.verify_not_a_proof, proof))?;
            included(&signed, &it, root, &read)
        }
        _ => Err(Stop::Bad(vec![s.verify_need_both.to_owned()])),
    }
}

fn included(signed: &Signed, it: &Statement, root: &str, proof: &Inclusion) -> Result<(), Stop> {
    let s = &lang().text().sealing;
    let found = hex(&proof.root);
    if !root.trim().eq_ignore_ascii_case(&found) {
        return Err(Stop::Failed(fill(s.verify_other_root, &[("root", &found)])));
    }
    if proof.round != it.round {
        return Err(Stop::Failed(s.verify_other_round.to_owned()));
    }
    if !proof.proves(signed.text.as_bytes()) {
        return Err(Stop::Failed(s.verify_not_included.to_owned()));
    }
    let values: [(&str, &dyn std::fmt::Display); 3] =
        [("index", &(proof.index + 1)), ("count", &proof.count), ("root", &found)];
    println!("{}", fill(s.verify_included, &values));
    Ok(())
}

fn bytes(file: &Path) -> Result<Vec<u8>, Stop> {
    let s = &lang().text().sealing;
    let unreadable =
        |e| Stop::Bad(vec![fill(s.verify_unreadable, &[("file", &file.display()), ("error", &e)])]);
    std::fs::read(file).map_err(|e: std::io::Error| unreadable(e))
}

fn text(file: &Path) -> Result<String, Stop> {
    Ok(String::from_utf8_lossy(&bytes(file)?).into_owned())
}
