"""Resources as the REST API writes them.

Field names: https://github.com/twilio/twilio-oai (API v2010).
"""

from typing import Any

from simulator.calls import Call
from simulator.conferences import Conference, Participant
from simulator.exchange import Exchange
from simulator.messages import Message
from simulator.numbers import Number
from simulator.params import API_VERSION
from simulator.queues import Member, Queue
from simulator.recordings import Recording
from simulator.sids import rfc2822

Json = dict[str, Any]
PARTICIPANT_STATUS = {
    "queued": "queued",
    "initiated": "connecting",
    "ringing": "ringing",
    "in-progress": "connected",
    "completed": "complete",
}


def base(ex: Exchange) -> str:
    """Return the path of the account."""
    return f"/{API_VERSION}/Accounts/{ex.account_sid}"


def call(ex: Exchange, it: Call) -> Json:
    """Return the Call resource."""
    uri = f"{base(ex)}/Calls/{it.sid}"
    inside = ("notifications", "recordings", "payments", "events", "siprec", "streams")
    return {
        "sid": it.sid,
        "account_sid": it.account_sid,
        "parent_call_sid": it.parent.sid if it.parent else None,
        "phone_number_sid": it.number_sid,
        "from": it.from_,
        "from_formatted": it.from_,
        "to": it.to,
        "to_formatted": it.to,
        "status": "ringing" if it.status == "initiated" else it.status,
        "direction": it.direction,
        "answered_by": it.answered_by,
        "api_version": API_VERSION,
        "annotation": None,
        "caller_name": None,
        "forwarded_from": None,
        "group_sid": None,
        "trunk_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": str(it.queue_ms),
        "duration": str(it.duration) if it.over else None,
        "start_time": rfc2822(it.started_at),
        "end_time": rfc2822(it.ended_at),
        "date_created": rfc2822(it.created_at),
        "date_updated": rfc2822(it.ended_at or it.answered_at or it.created_at),
        "uri": f"{uri}.json",
        "subresource_uris": {name: f"{uri}/{name.capitalize()}.json" for name in inside},
    }


def conference(ex: Exchange, it: Conference) -> Json:
    """Return the Conference resource."""
    uri = f"{base(ex)}/Conferences/{it.sid}"
    return {
        "sid": it.sid,
        "account_sid": ex.account_sid,
        "friendly_name": it.name,
        "status": it.status,
        "region": "us1",
        "api_version": API_VERSION,
        "reason_conference_ended": it.reason_ended,
        "call_sid_ending_conference": it.ended_by,
        "date_created": rfc2822(it.created_at),
        "date_updated": rfc2822(it.updated_at),
        "uri": f"{uri}.json",
        "subresource_uris": {
            "participants": f"{uri}/Participants.json",
            "recordings": f"{uri}/Recordings.json",
        },
    }


def participant(ex: Exchange, it: Participant) -> Json:
    """Return the Participant resource."""
    joined = rfc2822(it.joined_at or it.call.created_at)
    room = it.conference.sid
    return {
        "account_sid": ex.account_sid,
        "call_sid": it.call.sid,
        "conference_sid": room,
        "label": it.label or None,
        "muted": it.muted,
        "hold": it.hold,
        "coaching": False,
        "call_sid_to_coach": None,
        "start_conference_on_enter": it.start_on_enter,
        "end_conference_on_exit": it.end_on_exit,
        "status": PARTICIPANT_STATUS.get(it.call.status, "failed"),
        "queue_time": str(it.call.queue_ms),
        "date_created": joined,
        "date_updated": joined,
        "uri": f"{base(ex)}/Conferences/{room}/Participants/{it.call.sid}.json",
    }


def queue(ex: Exchange, it: Queue) -> Json:
    """Return the Queue resource."""
    uri = f"{base(ex)}/Queues/{it.sid}"
    return {
        "sid": it.sid,
        "account_sid": ex.account_sid,
        "friendly_name": it.name,
        "current_size": len(it.members),
        "max_size": it.max_size,
        "average_wait_time": it.average_wait(ex.clock.now()),
        "date_created": rfc2822(it.created_at),
        "date_updated": rfc2822(it.updated_at),
        "uri": f"{uri}.json",
        "subresource_uris": {"members": f"{uri}/Members.json"},
    }


def member(ex: Exchange, it: Member) -> Json:
    """Return the Member resource; ``position`` counts from 1, 0 for one just taken."""
    waiting = it.queue.members
    uri = f"{base(ex)}/Queues/{it.queue.sid}/Members/{it.call.sid}.json"
    return {
        "call_sid": it.call.sid,
        "queue_sid": it.queue.sid,
        "date_enqueued": rfc2822(it.entered_at),
        "position": waiting.index(it) + 1 if it in waiting else 0,
        "wait_time": it.seconds(ex.clock.now()),
        "uri": uri,
    }


def number(ex: Exchange, it: Number) -> Json:
    """Return the IncomingPhoneNumber resource."""
    kinds = ("voice", "sms", "mms", "fax")
    return {
        "sid": it.sid,
        "account_sid": ex.account_sid,
        "phone_number": it.number,
        "friendly_name": it.friendly_name or it.number,
        "api_version": API_VERSION,
        "voice_url": it.voice_url,
        "voice_method": it.voice_method,
        "voice_fallback_url": it.voice_fallback_url,
        "voice_fallback_method": it.voice_fallback_method,
        "voice_caller_id_lookup": False,
        "voice_application_sid": it.voice_application_sid,
        "voice_receive_mode": "voice",
        "status_callback": it.status_callback,
        "status_callback_method": it.status_callback_method,
        "sms_url": it.sms_url,
        "sms_method": it.sms_method,
        "sms_fallback_url": it.sms_fallback_url,
        "sms_fallback_method": it.sms_fallback_method,
        "sms_application_sid": "",
        "capabilities": {kind: kind in ("voice", "sms") for kind in kinds},
        "address_requirements": "none",
        "address_sid": None,
        "bundle_sid": None,
        "identity_sid": None,
        "trunk_sid": None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "beta": False,
        "origin": "twilio",
        "status": "in-use",
        "type": None,
        "date_created": rfc2822(it.created_at),
        "date_updated": rfc2822(it.updated_at),
        "uri": f"{base(ex)}/IncomingPhoneNumbers/{it.sid}.json",
    }


def message(ex: Exchange, it: Message) -> Json:
    """Return the Message resource."""
    uri = f"{base(ex)}/Messages/{it.sid}"
    return {
        "sid": it.sid,
        "account_sid": ex.account_sid,
        "messaging_service_sid": None,
        "from": it.from_,
        "to": it.to,
        "body": it.body,
        "status": it.status,
        "direction": "outbound-api",
        "api_version": API_VERSION,
        "num_segments": str(1 + (len(it.body) - 1) // 153 if len(it.body) > 160 else 1),
        "num_media": "0",
        "price": None,
        "price_unit": "USD",
        "error_code": it.error_code,
        "error_message": None,
        "date_created": rfc2822(it.created_at),
        "date_updated": rfc2822(it.updated_at),
        "date_sent": rfc2822(it.sent_at),
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


def recording(ex: Exchange, it: Recording) -> Json:
    """Return the Recording resource."""
    uri = f"{base(ex)}/Recordings/{it.sid}"
    started = rfc2822(it.started_at)
    return {
        "sid": it.sid,
        "account_sid": ex.account_sid,
        "call_sid": it.call_sid,
        "conference_sid": None,
        "api_version": API_VERSION,
        "channels": 1,
        "duration": str(it.seconds),
        "status": "completed",
        "source": "RecordVerb",
        "error_code": None,
        "encryption_details": None,
        "price": None,
        "price_unit": "USD",
        "start_time": started,
        "date_created": started,
        "date_updated": started,
        "media_url": f"https://api.twilio.com{uri}",
        "uri": f"{uri}.json",
        "subresource_uris": {},
    }
