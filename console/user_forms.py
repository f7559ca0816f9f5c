"""The forms by which administrators describe who may log in."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import Email, InputRequired, Length

from console.forms import choices
from console.languages import NAMES


def role_names() -> dict[str, LazyString]:
    """Return what the roles are called."""
    return {
        "responder": _l("Responder"),
        "coordinator": _l("Coordinator"),
        "administrator": _l("Administrator"),
    }


class UserForm(FlaskForm):  # type: ignore[misc] # the library declares no types
    """Somebody who may log in."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter the name.")), Length(max=200)],
                       render_kw={"autocomplete": "off"})  # fmt: skip
    email = EmailField(
        _l("E-mail address"),
        [
            InputRequired(_l("Enter an e-mail address.")),
            Email(_l("This is no e-mail address. It looks like name@example.org.")),
            Length(max=254),
        ],
        render_kw={"autocomplete": "off"},
    )
    role = SelectField(_l("Role"), choices=choices(role_names().items()))
    language = SelectField(_l("Language"), choices=choices(NAMES.items()))
    responder_id = SelectField(_l("Answers calls as"), default="")
