"""A mail server on loopback for the tests.

Usage: smtp.py FOLDER [--behave WORDS] [--cert FILE --key FILE]

Prints its port on the first line. Every letter it takes is written to FOLDER/N.eml. WORDS are what it does with
the first, second … letter it is offered (the last one holds for the rest):
take; later (451); refuse (550); policy (554 to the whole letter); hang (no answer); die (takes the letter, writes
it down and closes the connection without an answer).
"""
import argparse
import asyncio
import pathlib
import ssl

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, folder, words):
        self.folder, self.words = pathlib.Path(folder), words
        self.offered = self.taken = 0

    def word(self):
        return self.words[min(self.offered, len(self.words)) - 1]

    def keep(self, envelope):
        self.taken += 1
        (self.folder / f"{self.taken}.part").write_bytes(envelope.original_content)
        (self.folder / f"{self.taken}.part").rename(self.folder / f"{self.taken}.eml")

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.offered += 1
        if self.word() == "refuse":
            return "550 5.1.1 no such mailbox"
        if self.word() == "later":
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        word = self.word()
        if word == "policy":
            return "554 5.7.1 not today"
        if word == "hang":
            await asyncio.sleep(3600)
        self.keep(envelope)
        if word == "die":
            server.transport.abort()
            await asyncio.sleep(3600)
        return "250 OK"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--behave", default="take")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    args = parser.parse_args()
    handler = Handler(args.folder, args.behave.split(","))
    tls = None
    if args.cert:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(args.cert, args.key)

    def smtp():
        return SMTP(handler, tls_context=tls, require_starttls=bool(tls), enable_SMTPUTF8=True)

    server = await asyncio.get_running_loop().create_server(smtp, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
