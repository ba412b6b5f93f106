"""Companies, the people who sign in, and what their roles allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from enfilade.core.one_row import one_row
from enfilade.core.rows import RowsOf

from .record import Record

if TYPE_CHECKING:
    from enfilade.core.context import Context


class Company(models.Model):
    """One legal or trading unit whose rows are its own."""

    slug = models.SlugField(unique=True, error_messages={"unique": "This short name is taken."})
    name = models.TextField()
    kind = models.TextField(blank=True, help_text="The preset it was founded with, for example dental.")
    country = models.CharField(max_length=2, default="DE", help_text="ISO 3166-1 alpha-2.")
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217; the company's books are kept in it.")
    timezone = models.TextField(default="Europe/Berlin", help_text="IANA name.")
    language = models.CharField(max_length=8, default="en")
    recovery_min = models.PositiveIntegerField(
        "recovery minutes", default=0, help_text="Assumed minutes a person needs to get back into work after an interruption."
    )
    demo = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name_plural = "companies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"),
                name="company_country_iso",
                violation_error_message="A country is two capital letters (ISO 3166-1).",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="company_currency_iso",
                violation_error_message="A currency is three capital letters (ISO 4217).",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    """People who can sign in."""

    def visible_to(self, ctx: Context) -> UserQuerySet:
        """The people who work for the caller's company: nobody can be named who does not."""
        return self.filter(memberships__company_id=ctx.company_id, memberships__active=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates people who can sign in."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save a user with a hashed password; without one the account can't sign in by password."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get(self, *args: Any, **wanted: Any) -> User:
        """One person. By her key, as every request asks for whoever is signed in, without building a query."""
        if args or wanted.keys() != {"pk"} or not isinstance(wanted["pk"], int):
            return cast("User", super().get(*args, **wanted))
        if (found := one_row(self.model, **wanted)) is None:
            raise self.model.DoesNotExist("There is nobody of this key.")
        return cast("User", found)

    def get_by_natural_key(self, username: str | None) -> User:
        """E-mail addresses are compared without case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person (or a program) who signs in. What she may do is told by her memberships, company by company."""

    email = models.EmailField(max_length=254, unique=True, error_messages={"unique": "This e-mail address already has an account."})
    name = models.TextField()
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=8, blank=True, default="", db_default="", help_text="Empty: the language of the company.")

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_lower",
                violation_error_message="An e-mail address is kept in small letters.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def language_at(self, company: Company) -> str:
        """The language she reads at a company, as Django names it (`en-gb`): her own choice, or that of the company."""
        return self.language or company.language


class Role(Record):
    """A named set of permissions in one company."""

    read_before_scope = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="roles", editable=False)
    code = models.SlugField()
    name = models.TextField()
    permissions = ArrayField(
        models.TextField(),
        default=list,
        blank=True,
        help_text="module.action, module.* or *, alone or with @department or @own; one a line.",
    )
    second_factor = models.BooleanField(default=False, db_default=False, help_text="Who holds it signs in with a second factor.")
    privileged = models.BooleanField(
        default=False, db_default=False, help_text="It sleeps until its holder elevates herself, with a reason and for an hour at most."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["company", "code"], name="role_code_once", violation_error_message="This role exists.")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> str:
        """What it grants, one permission a line."""
        return "\n".join(self.permissions)


class Department(Record):
    """A part of a company, inside another part or at the top. roles: what everybody holds who works in it or below it."""

    read_before_scope = True

    code = models.SlugField()
    name = models.TextField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name="part of")
    roles = models.ManyToManyField(Role, related_name="departments", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"], name="department_code_once", violation_error_message="This department exists."
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name=""),
                name="department_named",
                violation_error_message="A department has a short name and a name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def role_keys(self) -> list[int]:
        """The roles it gives."""
        return [r.pk for r in self.roles.all()]


class Membership(Record):
    """A user works for a company: in some departments, in some roles, and in the roles of her departments and those above them."""

    read_before_scope = True
    rows_of = RowsOf(own=("user",), department=("departments",))

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="memberships", editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    roles = models.ManyToManyField(Role, related_name="memberships")
    departments = models.ManyToManyField(Department, related_name="members", blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "user"], name="membership_once", violation_error_message="This person is already a member."
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.company}"

    @property
    def role_keys(self) -> list[int]:
        """The roles she holds herself."""
        return [r.pk for r in self.roles.all()]

    @property
    def department_keys(self) -> list[int]:
        """The departments she works in."""
        return [d.pk for d in self.departments.all()]

    @property
    def holds(self) -> list[str]:
        """The roles she holds herself, in words."""
        return sorted(r.name for r in self.roles.all())

    @property
    def works_in(self) -> list[str]:
        """The departments she works in, in words."""
        return sorted(d.name for d in self.departments.all())
