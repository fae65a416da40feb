"""Providers whose domain says nothing about who writes: anybody may have an address there."""

_DOMAINS = """
    gmail.com googlemail.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de email.de t-online.de freenet.de online.de
    arcor.de vodafone.de kabelmail.de 1und1.de mail.de posteo.de posteo.net mailbox.org outlook.com outlook.de
    hotmail.com hotmail.de hotmail.ch hotmail.fr hotmail.it live.com live.de msn.com yahoo.com yahoo.de yahoo.fr
    yahoo.it ymail.com aol.com aol.de icloud.com me.com mac.com proton.me protonmail.com protonmail.ch pm.me
    tutanota.com tutanota.de tuta.com tuta.io bluewin.ch sunrise.ch hispeed.ch quickline.ch swissonline.ch netplus.ch
    a1.net aon.at chello.at utanet.at orange.fr free.fr laposte.net wanadoo.fr sfr.fr libero.it virgilio.it alice.it
    tiscali.it tim.it fastwebnet.it mail.com mail.ru yandex.com yandex.ru zoho.com fastmail.com hey.com
"""
PUBLIC = frozenset(_DOMAINS.split())
