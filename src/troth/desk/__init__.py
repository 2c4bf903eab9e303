"""What staff do (the clause ``changes``): a change is planned, published, announced, and retracted before its day.

A statement file comes in. What leaves are a version with its day, a notice for every page, and a letter to everybody
whom the change touches and whose address may be used for it. The announcement is complete when the last of these
letters was handed over, and the promised notice counts from there. The commands of ``troth`` are one door to it; the
pages of staff will be another, and both call the same actions.
"""
