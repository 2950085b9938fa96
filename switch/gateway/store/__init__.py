"""What the payment page keeps: orders and all that happened to them, callbacks and their answers, advices still to be sent.

Facts come in and are on the disk before anybody is told of them; orders come out. It refuses to know HTTP, ISO 8583 and how a
payment is judged, and keeps no card number but masked, and sealed as long as an order may still be captured or refunded.
"""
