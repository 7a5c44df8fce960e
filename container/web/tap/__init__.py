"""The tap: hits somebody wants to see, taken from the traffic with their traces and kept for the console.

Nobody looks: nothing is done per hit. Somebody looks: so many hits a second, and every hit of a preview.
"""
