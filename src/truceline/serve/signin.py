"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from truceline.serve.accounts import SESSION_H
from truceline.serve.house import Asked, House, check_origin, house_of, place_of
from truceline.serve.refusals import SignInNeededError
from truceline.serve.roles import Caller

router = APIRouter(prefix="/api", tags=["session"])


class SignIn(BaseModel):
    """A name and its password."""

    login: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=1000)]


class Entry(BaseModel):
    """The token of a one-time link."""

    token: Annotated[str, Field(max_length=200)]


class Me(BaseModel):
    """Who the caller is, and what they may do."""

    account: str
    role: str
    profile: str
    party: str
    may: list[str]
    csrf: str


@router.post("/session")
def sign_in(said: SignIn, request: Request, response: Response) -> Me:
    """Begin a session."""
    house = house_of(request)
    check_origin(request)
    place = place_of(request)
    guess = f"{said.login}\n{place}"
    house.crowds.take(place, at_s=house.seconds())
    house.guesses.take(guess, at_s=house.seconds())
    secret, who = house.accounts.sign_in(said.login, said.password, now=house.wall())
    house.guesses.give_back(guess)
    house.crowds.give_back(place)
    return _begun(house, response, secret, who)


@router.post("/session/entry")
def enter(said: Entry, request: Request, response: Response) -> Me:
    """Begin a session with the one-time link that the server printed when it started."""
    house = house_of(request)
    check_origin(request)
    house.guesses.take(f"\n{place_of(request)}", at_s=house.seconds())
    account = house.entries.pop(said.token, None)
    if account is None:
        raise SignInNeededError("this link was used already, or never was.", todo="Start the server again.")
    secret, who = house.accounts.begin_session(account, now=house.wall())
    return _begun(house, response, secret, who)


@router.delete("/session", status_code=204)
def sign_out(who: Asked, request: Request, response: Response) -> None:
    """End the session."""
    house = house_of(request)
    house.accounts.end_session(request.cookies.get(house.cookie, ""))
    response.delete_cookie(house.cookie, path="/", secure=house.secure, httponly=True, samesite="strict")


@router.get("/me")
def me(who: Asked) -> Me:
    """Say who is signed in."""
    return _me(who)


def _begun(house: House, response: Response, secret: str, who: Caller) -> Me:
    response.set_cookie(
        house.cookie, secret, max_age=SESSION_H * 3600, path="/", secure=house.secure, httponly=True, samesite="strict"
    )
    return _me(who)


def _me(who: Caller) -> Me:
    return Me(
        account=who.account,
        role=who.role.name,
        profile=who.role.profile,
        party=who.party,
        may=sorted(who.may),
        csrf=who.csrf,
    )
