"""One e-mail, by the centre's own mail server (RFC 5321); smtplib in a thread."""

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from time import monotonic

from flows.notices.http import NotTaken
from flows.notices.outbox import AT_ONCE
from flows.notices.signing import Letter
from flows.notices.smtp import Server
from models.settings import Settings

THREADS = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="mail")
"""As many as there are tries at once: a mail server that hangs is to hold up no other thread of the process, nor a mail
that waits for one beyond its own time."""


async def send(letter: Letter, to: str, settings: Settings, seconds: float) -> None:
    """Within so many seconds from first to last. Raises NotTaken; the server's words are not repeated, they may name
    the receiver."""
    if settings.smtp_host is None:
        raise NotTaken("no mail server is set: REDRESS_SMTP_HOST")
    message, until = compose(letter, to, str(settings.smtp_from)), monotonic() + seconds
    try:
        await asyncio.get_running_loop().run_in_executor(THREADS, _send, message, settings, until)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise NotTaken(f"the mail server refused the receiver: {', '.join(map(str, sorted(codes)))}") from None
    except smtplib.SMTPResponseException as error:
        raise NotTaken(f"the mail server answered {error.smtp_code}") from None
    except (smtplib.SMTPException, OSError) as error:
        if monotonic() >= until:
            raise NotTaken("no answer in time") from None
        raise NotTaken(f"the mail server did not take it: {type(error).__name__}") from None


def compose(letter: Letter, to: str, sender: str) -> EmailMessage:
    """The same Message-ID at each try, so that a mailbox that got it twice shows it once."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, to
    message["Subject"] = " ".join(f"{letter.title['zh']} · {letter.title['en']}".split())
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].strip('> ')}>"
    message["X-Redress-Notice"] = str(letter.id)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.plain)
    return message


def _send(message: EmailMessage, settings: Settings, until: float) -> None:
    context = ssl.create_default_context()
    tls = context if settings.smtp_security == "tls" else None
    server = Server(str(settings.smtp_host), settings.smtp_port, until, tls)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)
    finally:
        server.leave()
