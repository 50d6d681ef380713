"""Samples one can defend: frame, strata, size, allocation, draw, verification, rates, estimates, picture.

What a round needs, in its order:

    opened = await rounds.open_round(connection, rounds.Wanted(RoundKind.DRAWN, period), policy, now)
    await rounds.release(connection, opened.round.id, 0, now)          # the sample; 1, 2 …: reserves
    draws = await rounds.draws_of(connection, opened.round.id)         # to open contacts for
    facts = await leaving_alone.facts_of(connection, customer_ids, now)  # then flows.rules.eligibility.excluded
    …each draw gets its disposition (a Row of `round_draws`)…
    rates.rates(...)  estimates.estimate(...)  picture.picture(...)  verify.verify(...)
"""
