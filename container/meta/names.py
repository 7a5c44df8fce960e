"""What Meta calls an event: its standard events, the pixel's automatic ones, and other vocabularies' names for them."""

from typing import Final

from container.meta.text import words

STANDARD: Final = words(
    """PageView ViewContent Search AddToCart AddToWishlist InitiateCheckout AddPaymentInfo Purchase Lead
    CompleteRegistration Contact CustomizeProduct Donate FindLocation Schedule SubmitApplication StartTrial
    Subscribe"""
)

# What the pixel sends by itself: page metadata and clicks on buttons, which say nothing to a server.
AUTOMATIC: Final = ("Microdata", "SubscribedButtonClick")

# The names that a conversation in Messenger, Instagram or WhatsApp may have, as far as they are known.
MESSAGING: Final = words(
    """Purchase LeadSubmitted InitiateCheckout AddToCart ViewContent OrderCreated OrderShipped OrderDelivered
    OrderCanceled"""
)

# GA4's recommended events (developers.google.com/analytics) as Meta's own Tag Manager template maps them, then those
# that people send beside them under the standard events' names, then those of GTM4WP, the WordPress plugin.
GA4: Final = {
    "page_view": "PageView",
    "gtm.dom": "PageView",
    "view_item": "ViewContent",
    "search": "Search",
    "add_to_cart": "AddToCart",
    "add_to_wishlist": "AddToWishlist",
    "begin_checkout": "InitiateCheckout",
    "add_payment_info": "AddPaymentInfo",
    "purchase": "Purchase",
    "generate_lead": "Lead",
    "sign_up": "CompleteRegistration",
    "contact": "Contact",
    "customize_product": "CustomizeProduct",
    "donate": "Donate",
    "find_location": "FindLocation",
    "schedule": "Schedule",
    "submit_application": "SubmitApplication",
    "start_trial": "StartTrial",
    "subscribe": "Subscribe",
    "gtm4wp.addProductToCartEEC": "AddToCart",
    "gtm4wp.productClickEEC": "ViewContent",
    "gtm4wp.checkoutOptionEEC": "InitiateCheckout",
    "gtm4wp.checkoutStepEEC": "AddPaymentInfo",
    "gtm4wp.orderCompletedEEC": "Purchase",
}

# Segment's e-commerce vocabulary, which many backends speak; its names are compared without regard to letter case.
SEGMENT: Final = {
    "product viewed": "ViewContent",
    "product list viewed": "ViewContent",
    "products searched": "Search",
    "product added": "AddToCart",
    "product added to wishlist": "AddToWishlist",
    "checkout started": "InitiateCheckout",
    "payment info entered": "AddPaymentInfo",
    "order completed": "Purchase",
}


def meta_name(name: str) -> str:
    """The standard event for a GA4 or Segment event name; any other name is Meta's already or a custom event's, and
    stays as it is (letter case matters: `purchase` would otherwise be a custom event)."""
    found = GA4.get(name)
    return found if found is not None else SEGMENT.get(name.lower(), name)
